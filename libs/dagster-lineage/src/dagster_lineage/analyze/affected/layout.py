"""Layout of a repository: projects, libraries, dbt projects and their packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

ROOT = "."
"""Folder of the root, relative to itself."""
HARMLESS_FOLDERS = ("docs/", "benchmarks/")
"""Folders of the root that are not built."""
TESTS = ("tests/", "test/")
NOT_BUILT = (*HARMLESS_FOLDERS, *TESTS)
"""Folders of the root whose code belongs to no project."""
DBT_SETTINGS = (
    "dbt_project.yml",
    "packages.yml",
    "dependencies.yml",
    "package-lock.yml",
    "profiles.yml",
    "selectors.yml",
)
"""Files of a dbt project that are not in one of its folders."""


@dataclass(frozen=True, eq=False)
class Member:
    """A folder of projects, or a library: another folder with a `pyproject.toml`."""

    folder: str
    """Relative to the root; `ROOT` for the root itself."""
    name: str
    """Name of the project, or of the folder of a library or of several projects."""
    projects: tuple[str, ...] = ()
    """Projects of this folder, sorted; several code locations may share one. None: a library."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Folder of each importable package, relative to the root, by name."""
    distribution: str = ""
    """Normalized name in requirements; empty without a `pyproject.toml`."""
    requires: frozenset[str] = frozenset()
    """Normalized names of its dependencies, including extras and groups."""
    scripts: bool = False
    """Whether it installs commands, so that it can be used without an import."""
    pyproject: str = ""
    """Text of its `pyproject.toml`."""

    @property
    def is_library(self) -> bool:
        """Whether it is a library, which has no interface."""
        return not self.projects

    @property
    def is_shared(self) -> bool:
        """Whether the folder does not decide which projects its files belong to.

        It is the root, the folder of several projects, or a folder with settings of tools only.
        """
        return (
            self.folder == ROOT or len(self.projects) > 1 or (self.is_library and not self.packages)
        )

    def inside(self, path: str) -> str:
        """Return the path of a file in the folder, relative to the folder."""
        return path if self.folder == ROOT else path[len(self.folder) + 1 :]


@dataclass(frozen=True)
class DbtFolders:
    """Folders of a dbt project, relative to the root."""

    folder: str
    kinds: Mapping[str, tuple[str, ...]]
    """Folders by setting: `model-paths`, `macro-paths`, …"""

    def contains(self, path: str) -> bool:
        """Return whether a file is part of the project."""
        if self.folder != ROOT:
            return path.startswith(f"{self.folder}/")
        return bool(self.kind(path)) or path in DBT_SETTINGS

    def file(self, name: str) -> str:
        """Return the path of a file in its folder."""
        return name if self.folder == ROOT else f"{self.folder}/{name}"

    def kind(self, path: str) -> str:
        """Return the setting whose folders contain a file; empty if none does."""
        for kind, folders in self.kinds.items():
            if any(path.startswith(f"{folder}/") for folder in folders):
                return kind
        return ""


@dataclass(frozen=True)
class Layout:
    """Members and dbt projects of a repository, the innermost first."""

    members: tuple[Member, ...]
    dbt: tuple[DbtFolders, ...]
    folders: Mapping[str, str]
    """Folder of each project, by name."""

    def at(self, folder: str) -> Member:
        """Return the member of a folder."""
        return self._by_folder[folder]

    def member(self, path: str) -> Member | None:
        """Return the innermost member that contains a file.

        None for a file outside of all members. The root is a member if projects have it as folder.
        """
        folder = path.rpartition("/")[0]
        while folder:
            found = self._by_folder.get(folder)
            if found is not None:
                return found
            folder = folder.rpartition("/")[0]
        return None if path.startswith("../") else self._by_folder.get(ROOT)

    @cached_property
    def _by_folder(self) -> dict[str, Member]:
        return {member.folder: member for member in self.members}

    def dbt_of(self, path: str) -> DbtFolders | None:
        """Return the innermost dbt project that contains a file."""
        return next((one for one in self.dbt if one.contains(path)), None)

    def needing(self, member: Member) -> set[str]:
        """Return the folders of the members that require a member, directly or indirectly."""
        needed = {member.distribution} - {""}
        found: set[str] = set()
        while True:
            more = [
                one
                for one in self.members
                if one.folder not in found and one.requires & needed and one != member
            ]
            if not more:
                return found
            found |= {one.folder for one in more}
            needed |= {one.distribution for one in more} - {""}
