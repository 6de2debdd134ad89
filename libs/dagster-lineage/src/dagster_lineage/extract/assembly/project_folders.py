"""Where each code location's interface belongs: its project's folder, name and file.

Names and files depend on the whole list of locations, never on which of them are asked or load
today, so that `lineage lock ml` and a location that fails write where `lineage lock` would.
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
"""Modules that every project has."""

_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class ProjectUnknown(LineageError):
    """No code location of the workspace has the name that was asked for."""


class Home(Struct, frozen=True):
    """Where a location's interface belongs."""

    location: str
    """Name of the code location."""
    project: str
    """Name of its project."""
    folder: Path
    """Of the project, absolute."""
    file_name: str
    """Of the interface, in the project's folder."""
    safe_name: str
    """The location's name as part of a file name, another one for each location."""


def homes_of(entries: Sequence[LocationEntry], asked: Mapping[str, Path]) -> dict[str, Home]:
    """The home of each location, by its name.

    A project is named by its folder; by the location, where several share a folder or two folders
    have one name.

    Args:
        entries: All of the workspace.
        asked: Folders that loaded locations report.
    """
    folders = {entry.name: asked.get(entry.name) or folder_of(entry) for entry in entries}
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
        name: Home(
            location=name,
            project=names[name],
            folder=folder,
            file_name=FILE_NAME if sharing[folder] == 1 else f"interface.{safe[name]}.json",
            safe_name=safe[name],
        )
        for name, folder in folders.items()
    }


def safe_names(names: Sequence[str]) -> dict[str, str]:
    """Each name as part of a file name, different for each also where case makes no difference."""
    safe = {name: _NOT_IN_FILE_NAMES.sub("_", name).lstrip(".") or "_" for name in names}
    taken = Counter(one.casefold() for one in safe.values())
    return {
        name: one if taken[one.casefold()] == 1 else f"{one}-{_mark(name)}"
        for name, one in safe.items()
    }


def chosen(
    entries: Sequence[LocationEntry], homes: Mapping[str, Home], wanted: Sequence[str]
) -> tuple[LocationEntry, ...]:
    """The locations of the named projects; a name may be a project's, a location's or a folder's.

    Raises:
        ProjectUnknown: there is none of a name.
    """
    if not wanted:
        return tuple(entries)
    known = {entry.name: _names(entry, homes[entry.name]) for entry in entries}
    for name in wanted:
        if not any(name in names for names in known.values()):
            every = {one for names in known.values() for one in names}
            near = nearest_name(name, every)
            hint = did_you_mean(
                name, [near] if near else sorted({homes[one].project for one in known})
            )
            raise ProjectUnknown(f"the workspace has no project `{name}`: {hint}")
    return tuple(entry for entry in entries if known[entry.name].intersection(wanted))


def _names(entry: LocationEntry, home: Home) -> set[str]:
    parts = entry.name.split(".")
    # `team.locations.growth` is asked for as `growth`, `growth.definitions` too.
    telling = [part for part in parts if part not in _EVERYBODYS] or parts
    return {entry.name, parts[0], telling[-1], home.project, home.folder.name} - {""}


def folder_of(entry: LocationEntry) -> Path:
    """The location's project, as the probe answers it, without running anything.

    It is the nearest folder above its code with a `pyproject.toml`; without one, or for code that
    is elsewhere, its working directory.
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
