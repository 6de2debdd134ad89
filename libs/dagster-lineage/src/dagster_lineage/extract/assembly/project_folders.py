"""Folder and file of each code location's interface.

Names and files depend on all locations of the workspace and not on those that are selected or load
today, so `lineage lock ml` writes the same files as `lineage lock`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from dagster_lineage.extract.workspace import LocationEntry
from dagster_lineage.files.interface_files import FILE_NAME
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean, nearest_name

_EVERYBODYS = frozenset({"definitions", "defs", "repository", "src"})
"""Common names of modules, which do not identify a project."""

_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class ProjectUnknown(LineageError):
    """No code location of the workspace has the given name."""


class ProjectFolder(Struct, frozen=True):
    """Folder and file of a code location's interface."""

    location: str
    """Name of the code location."""
    project: str
    """Name of its project."""
    folder: Path
    """Absolute folder of the project."""
    file_name: str
    """Name of the interface file in the project's folder."""
    safe_name: str
    """Unique name of the location in file names."""


def project_folders(
    entries: Sequence[LocationEntry], reported: Mapping[str, Path]
) -> dict[str, ProjectFolder]:
    """Return the folder and file of each location's interface, by name of the location.

    A project has the name of its folder, or of the location if several share a folder or two
    folders have one name.

    Args:
        entries: All locations of the workspace.
        reported: Folders that loaded locations report.
    """
    folders = {entry.name: reported.get(entry.name) or folder_of(entry) for entry in entries}
    sharing = Counter(folders.values())
    names = {
        name: folder.name if sharing[folder] == 1 and folder.name else name
        for name, folder in folders.items()
    }
    while True:
        taken = Counter(one.casefold() for one in names.values())
        clashing = {one for one in names if taken[names[one].casefold()] > 1 and names[one] != one}
        if not clashing:
            break
        names |= {name: name for name in clashing}
    safe = safe_names(list(folders))
    return {
        name: ProjectFolder(
            location=name,
            project=names[name],
            folder=folder,
            file_name=FILE_NAME if sharing[folder] == 1 else f"interface.{safe[name]}.json",
            safe_name=safe[name],
        )
        for name, folder in folders.items()
    }


def safe_names(names: Sequence[str]) -> dict[str, str]:
    """Return each name as part of a file name; they differ also on case-insensitive systems."""
    safe = {name: _NOT_IN_FILE_NAMES.sub("_", name).lstrip(".") or "_" for name in names}
    taken = Counter(one.casefold() for one in safe.values())
    return {
        name: one if taken[one.casefold()] == 1 else f"{one}-{_mark(name)}"
        for name, one in safe.items()
    }


def chosen(
    entries: Sequence[LocationEntry],
    folders_by_location: Mapping[str, ProjectFolder],
    wanted: Sequence[str],
) -> tuple[LocationEntry, ...]:
    """Return the locations of the named projects, locations or folders.

    Raises:
        ProjectUnknown: there is none with a name.
    """
    if not wanted:
        return tuple(entries)
    known = {entry.name: _names(entry, folders_by_location[entry.name]) for entry in entries}
    for name in wanted:
        if not any(name in names for names in known.values()):
            every = {one for names in known.values() for one in names}
            near = nearest_name(name, every)
            hint = did_you_mean(
                name,
                [near] if near else sorted({folders_by_location[one].project for one in known}),
            )
            raise ProjectUnknown(f"the workspace has no project `{name}`: {hint}")
    return tuple(entry for entry in entries if known[entry.name].intersection(wanted))


def _names(entry: LocationEntry, project_folder: ProjectFolder) -> set[str]:
    parts = entry.name.split(".")
    # `growth` names `team.locations.growth` and `growth.definitions`.
    telling = [part for part in parts if part not in _EVERYBODYS] or parts
    return {
        entry.name,
        parts[0],
        telling[-1],
        project_folder.project,
        project_folder.folder.name,
    } - {""}


def folder_of(entry: LocationEntry) -> Path:
    """Return the folder of a location's project, as the probe does, without running code.

    It is the nearest folder above the code with a `pyproject.toml`, or else the working directory.
    """
    file = entry.python_file or _module_file(entry)
    if file is not None:
        for folder in file.parents:
            if (folder / "pyproject.toml").is_file():
                return folder
    return entry.working_directory


def _module_file(entry: LocationEntry) -> Path | None:
    top = entry.code.partition(".")[0]
    if not top:
        return None
    here = entry.working_directory
    there: Callable[[Path], bool] = Path.exists
    for folder in (here, here / "src"):
        for candidate in (folder / top / "__init__.py", folder / f"{top}.py", folder / top):
            if there(candidate):
                return candidate / "_" if candidate.is_dir() else candidate
    return None


def _mark(name: str) -> str:
    import hashlib  # noqa: PLC0415 - only where names clash

    return hashlib.blake2b(name.encode(), digest_size=3).hexdigest()
