"""Layout of a repository: projects, libraries, dbt projects and their packages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dagster_lineage.files.comparison import Comparison
from dagster_lineage.files.path_patterns import matching
from dagster_lineage.model import LineageGraph

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_DBT_PATHS = {
    "model-paths": ("models",),
    "seed-paths": ("seeds",),
    "snapshot-paths": ("snapshots",),
    "test-paths": ("tests",),
    "macro-paths": ("macros",),
    "analysis-paths": ("analyses",),
    "docs-paths": (),
    "asset-paths": (),
}


@dataclass(frozen=True, eq=False)
class Member:
    """A project, or a library: another folder with a `pyproject.toml`."""

    folder: str
    """Relative to the root."""
    name: str
    """Name of the project, or of the library's folder."""
    project: bool
    """Whether it is a project, which has an interface."""
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


@dataclass(frozen=True)
class DbtFolders:
    """Folders of a dbt project, relative to the root."""

    folder: str
    kinds: Mapping[str, tuple[str, ...]]
    """Folders by setting: `model-paths`, `macro-paths`, …"""

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

    def at(self, folder: str) -> Member:
        """Return the member of a folder."""
        return self._by_folder[folder]

    def member(self, path: str) -> Member | None:
        """Return the innermost member that contains a file; None for a file of the root."""
        folder = path.rpartition("/")[0]
        while folder:
            found = self._by_folder.get(folder)
            if found is not None:
                return found
            folder = folder.rpartition("/")[0]
        return None

    @cached_property
    def _by_folder(self) -> dict[str, Member]:
        return {member.folder: member for member in self.members}

    def dbt_of(self, path: str) -> DbtFolders | None:
        """Return the innermost dbt project that contains a file."""
        return next((one for one in self.dbt if path.startswith(f"{one.folder}/")), None)

    @property
    def projects(self) -> tuple[Member, ...]:
        """The projects, sorted by name."""
        return tuple(sorted((one for one in self.members if one.project), key=lambda one: one.name))

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


def layout_of(
    comparison: Comparison, graphs: Iterable[LineageGraph], patterns: Iterable[str]
) -> Layout:
    """Return the layout at base and head together; head wins where both have a file.

    Projects are the folders with an interface at base or head, and the folders where the patterns
    expect one: with `projects/*/interface.json`, every folder in `projects` that has a
    `pyproject.toml` or a `dbt_project.yml`. Other folders with a `pyproject.toml` are libraries.
    """
    paths = set(comparison.base_files) | set(comparison.head_files)
    names = {where.folder: where.project for graph in graphs for where in graph.located}
    folders = {path.rpartition("/")[0] for path in _named(paths, "pyproject.toml")} - {""}
    dbt_files = _named(paths, "dbt_project.yml")
    for folder in folders | {path.rpartition("/")[0] for path in dbt_files}:
        expected = [f"{folder}/{pattern.rpartition('/')[2]}" for pattern in patterns]
        if folder and matching(expected, patterns):
            names.setdefault(folder, folder.rpartition("/")[2])
    files = [f"{folder}/pyproject.toml" for folder in folders | names.keys()]
    wanted = [*files, *dbt_files]
    texts = comparison.base_contents(wanted) | comparison.head_contents(wanted)
    packages = _packages(paths, folders | names.keys())
    members = [
        _member(folder, names.get(folder), texts.get(f"{folder}/pyproject.toml", b""), packages)
        for folder in sorted((folders | names.keys()) - {"."}, key=str)
    ]
    dbt = [_dbt(path, texts.get(path, b"")) for path in dbt_files if "/" in path]
    return Layout(tuple(members), tuple(sorted(dbt, key=lambda one: -len(one.folder))))


def _named(paths: Iterable[str], name: str) -> list[str]:
    return sorted(path for path in paths if path == name or path.endswith(f"/{name}"))


def _member(
    folder: str, project: str | None, text: bytes, packages: dict[str, dict[str, str]]
) -> Member:
    try:
        declared = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        declared = {}
    facts = declared.get("project", {})
    wanted = [*facts.get("dependencies", [])]
    for group in (facts.get("optional-dependencies", {}), declared.get("dependency-groups", {})):
        for names in group.values():
            wanted += [name for name in names if isinstance(name, str)]
    return Member(
        folder=folder,
        name=project or folder.rpartition("/")[2],
        project=project is not None,
        packages=packages.get(folder, {}),
        distribution=_normal(facts.get("name", "")),
        requires=frozenset(_normal(one) for one in wanted) - {""},
        scripts=any(facts.get(name) for name in ("scripts", "gui-scripts", "entry-points")),
        pyproject=text.decode(errors="replace"),
    )


def _normal(requirement: str) -> str:
    """Return the normalized name of a requirement."""
    match = _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""


def _packages(paths: set[str], folders: set[str]) -> dict[str, dict[str, str]]:
    """Return the packages by member: `<member>/src/<package>/__init__.py`, or without `src`."""
    found: dict[str, dict[str, str]] = {}
    for path in _named(paths, "__init__.py"):
        package = path.rpartition("/")[0]
        parent, _, name = package.rpartition("/")
        member = parent.removesuffix("/src")
        if member in folders and name not in ("tests", "test"):
            found.setdefault(member, {})[name] = package
    return found


def _dbt(path: str, text: bytes) -> DbtFolders:
    folder = path.rpartition("/")[0]
    # Most projects use the default folders; their YAML need not be parsed.
    declared = _yaml(text) if b"-paths" in text else {}
    kinds = {}
    for kind, default in _DBT_PATHS.items():
        given = declared.get(kind)
        names = given if isinstance(given, list) else default
        kinds[kind] = tuple(f"{folder}/{name}".rstrip("/") for name in names)
    return DbtFolders(folder, kinds)


def _yaml(text: bytes) -> dict[str, object]:
    import yaml  # noqa: PLC0415 - only for a dbt project with other folders

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
