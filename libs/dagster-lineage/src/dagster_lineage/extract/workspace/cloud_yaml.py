"""Reads `dagster_cloud.yaml`, for repositories that list their code locations nowhere else.

It describes what runs in an image: folders and interpreters in it are not those of a checkout.
Source of its shape: the reference of `dagster_cloud.yaml` in Dagster's documentation.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_lineage.extract.workspace.entries import (
    LocationEntry,
    WorkspaceEntryWrong,
    default_name,
    refuse_taken_names,
)

CODE_SOURCES = ("python_file", "module_name", "package_name", "autoload_defs_module_name")


def read_cloud_yaml(file: Path, content: Mapping[str, Any]) -> tuple[LocationEntry, ...]:
    """The code locations that a `dagster_cloud.yaml` lists, in its order.

    Args:
        file: It, absolute. One in a hidden folder (`.dagster/`) speaks of the folder above.
        content: What it says.

    Raises:
        WorkspaceEntryWrong: an entry has no code.
        LocationNameTaken: two entries have one name.
    """
    listed = content.get("locations")
    if not isinstance(listed, list):
        raise WorkspaceEntryWrong(f"{file}: `locations` must be a list of code locations.")
    base = file.parent.parent if file.parent.name.startswith(".") else file.parent
    return refuse_taken_names(tuple(_entry(file, base, one) for one in listed))


def _entry(file: Path, base: Path, given: object) -> LocationEntry:
    entry = given if isinstance(given, dict) else {}
    source = _mapping(entry, "code_source")
    kinds = [kind for kind in CODE_SOURCES if isinstance(source.get(kind), str)]
    if len(kinds) != 1:
        raise WorkspaceEntryWrong(
            f"{file}: the `code_source` of location {entry.get('location_name')!r} is exactly one "
            f"of {', '.join(CODE_SOURCES)}."
        )
    target = str(source[kinds[0]])
    built = _inside(base, str(_mapping(entry, "build").get("directory") or "."))
    folder = _working_directory(built, str(entry.get("working_directory") or ""))
    package = target.partition(".")[0]
    if (folder / "src" / package).is_dir() and not (folder / package).exists():
        folder /= "src"  # the image has it installed
    python_file = _inside(folder, target) if kinds[0] == "python_file" else None
    attribute = str(entry.get("attribute") or "")
    executable = str(entry.get("executable_path") or "")
    return LocationEntry(
        name=str(entry.get("location_name") or "")
        or default_name(
            module="" if python_file else target, python_file=python_file, attribute=attribute
        ),
        listed_in=file,
        working_directory=folder,
        module=target if kinds[0] == "module_name" else "",
        python_file=python_file,
        package=target if kinds[0] == "package_name" else "",
        autoload_module=target if kinds[0] == "autoload_defs_module_name" else "",
        attribute=attribute,
        # The image's own interpreter is none of this machine's.
        executable=executable if Path(executable).is_file() else "",
    )


def _working_directory(built: Path, given: str) -> Path:
    """In the checkout: a folder of the image that is not here stands for what it is built of."""
    folder = _inside(built, given) if given else built
    if not folder.is_dir():
        folder = built
    return folder


def _mapping(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _inside(base: Path, path: str) -> Path:
    return Path(os.path.normpath(base / path))
