"""Folder and manifest file of a dbt project."""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NOT_SEARCHED = frozenset({"node_modules", "dbt_packages", "site-packages", "target", "__pycache__"})
MAX_DEPTH = 5
"""Levels of folders that are searched for a dbt project."""

NAME = re.compile(r"^name:\s*['\"]?([\w.-]+)", re.MULTILINE)


def searched_folders(folder: Path, workspace: Path) -> tuple[Path, ...]:
    """Return the folders that are searched for dbt projects, the nearest first.

    They are the project's folder and those above it, up to the root of the repository and the
    folder of the workspace file.

    Args:
        folder: Folder of the code location's project.
        workspace: Folder of the file that lists the code location.
    """
    above = [folder, *folder.parents]
    root = next((one for one in above if (one / ".git").exists()), folder)
    last = max(above.index(one) for one in (root, workspace, folder) if one in above)
    return tuple(above[: last + 1])


def project_folder_of(
    manifest: Mapping[str, Any], project: Any, folders: Sequence[Path]
) -> Path | None:
    """Return the folder of the dbt project of a manifest, or None if it is unknown.

    Args:
        manifest: Content of the manifest.
        project: The `DbtProject` of `@dbt_assets`, or None.
        folders: `searched_folders`. Without a `DbtProject`, they are searched for a dbt project
            with the name in the manifest.
    """
    declared = getattr(project, "project_dir", None)
    if declared is not None:
        return Path(declared).absolute()
    name = (manifest.get("metadata") or {}).get("project_name")
    for folder in folders:
        named = [one for one, its_name in _projects_in(folder) if its_name == name]
        if len(named) > 1:
            named = [one for one in named if _file_with(manifest, one)] or named
        if named:
            # A copy of a project is deeper than the project.
            return min(named, key=lambda one: (len(one.parts), str(one)))
    return None


def manifest_file_of(
    manifest: Mapping[str, Any], project: Any, project_folder: Path | None
) -> Path | None:
    """Return the file with exactly the content of the manifest, or None."""
    declared = getattr(project, "manifest_path", None)
    if declared is not None and _content(Path(declared).absolute()) == manifest:
        return Path(declared).absolute()
    return _file_with(manifest, project_folder) if project_folder is not None else None


def _file_with(manifest: Mapping[str, Any], project_folder: Path) -> Path | None:
    for name in ("target/manifest.json", "manifest.json"):
        if _content(project_folder / name) == manifest:
            return project_folder / name
    return None


@functools.cache
def _projects_in(folder: Path) -> tuple[tuple[Path, str], ...]:
    """Return the folders with a `dbt_project.yml`, and the names of the projects."""
    found = []
    for here, folders, files in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = [
            name
            for name in folders
            if depth < MAX_DEPTH and name not in NOT_SEARCHED and not name.startswith(".")
        ]
        if "dbt_project.yml" in files:
            text = Path(here, "dbt_project.yml").read_text(encoding="utf-8", errors="replace")
            name = NAME.search(text)
            found.append((Path(here), name.group(1) if name else ""))
    return tuple(found)


@functools.lru_cache(maxsize=4)
def _content(file: Path) -> Any:
    # A dependency of dagster-dbt, which reads large manifests several times as fast.
    fast = sys.modules.get("orjson")
    try:
        content = file.read_bytes()
        return fast.loads(content) if fast is not None else json.loads(content)
    except (OSError, ValueError):
        return None
