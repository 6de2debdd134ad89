"""Layout of a repository, from its files and interfaces."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from dagster_lineage.analyze.affected.layout import ROOT, DbtFolders, Layout, Member
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


def layout_of(
    comparison: Comparison, graphs: Iterable[LineageGraph], patterns: Iterable[str]
) -> Layout:
    """Return the layout at base and head together; head wins where both have a file.

    Projects are the folders with an interface at base or head, and the folders where the patterns
    expect one: with `projects/*/interface.json`, every folder in `projects` that has a
    `pyproject.toml` or a `dbt_project.yml`. If the patterns name no folder, these are the new
    folders next to projects. Other folders with a `pyproject.toml` are libraries.
    """
    paths = set(comparison.base_files) | set(comparison.head_files)
    pyprojects, dbt_files = _named(paths, "pyproject.toml"), _named(paths, "dbt_project.yml")
    located = [where for graph in graphs for where in graph.located]
    folders = {where.project: where.folder or ROOT for where in located}
    wanted = tuple(patterns)
    folders |= _of_unread(matching(paths - {where.file for where in located}, wanted))
    for path in (*pyprojects, *dbt_files):
        folder = _folder(path)
        if folder not in folders.values() and _is_expected(
            folder, wanted, folders, is_new=path not in comparison.base_files
        ):
            name = folder.rpartition("/")[2]
            folders[folder if name in folders else name] = folder
    in_folder: defaultdict[str, list[str]] = defaultdict(list)
    for project, folder in sorted(folders.items()):
        in_folder[folder].append(project)
    member_folders = sorted({_folder(path) for path in pyprojects} - {ROOT} | in_folder.keys())
    files = [_pyproject(folder) for folder in member_folders]
    texts = comparison.base_contents([*files, *dbt_files])
    texts |= comparison.head_contents([*files, *dbt_files])
    packages = _packages(paths, set(member_folders))
    members = [
        _member(one, in_folder[one], texts.get(_pyproject(one), b""), packages.get(one, {}))
        for one in member_folders
    ]
    # The innermost first.
    dbt = sorted(dbt_files, key=lambda path: (_folder(path) == ROOT, -len(path)))
    return Layout(tuple(members), tuple(_dbt(path, texts.get(path, b"")) for path in dbt), folders)


def _of_unread(files: Iterable[str]) -> dict[str, str]:
    """Return the folders of projects whose interfaces cannot be read, by name."""
    found = {}
    for file in files:
        folder, _, name = file.rpartition("/")
        location = name.removesuffix(".json").removeprefix("interface").removeprefix(".")
        found[location or folder.rpartition("/")[2] or ROOT] = folder or ROOT
    return found


def _is_expected(
    folder: str, patterns: Iterable[str], folders: Mapping[str, str], *, is_new: bool
) -> bool:
    """Return whether a folder without an interface is expected to have one."""
    parent = folder.rpartition("/")[0]
    for pattern in patterns:
        around, _, file = pattern.rpartition("/")
        if folder != ROOT and matching([f"{folder}/{file}"], [pattern]):
            if around.rpartition("/")[0] == parent != "":
                return True
            if is_new and any(one.rpartition("/")[0] == parent for one in folders.values()):
                return True
    return False


def _pyproject(folder: str) -> str:
    return f"{folder}/pyproject.toml".removeprefix("./")


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or ROOT


def _named(paths: Iterable[str], name: str) -> list[str]:
    return sorted(path for path in paths if path == name or path.endswith(f"/{name}"))


def _member(folder: str, projects: list[str], text: bytes, packages: Mapping[str, str]) -> Member:
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
        name=projects[0] if len(projects) == 1 else folder.rpartition("/")[2],
        projects=tuple(projects),
        packages=packages,
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
        member = parent.removesuffix("/src") if parent not in ("", "src") else ROOT
        if member in folders and name not in ("tests", "test"):
            found.setdefault(member, {})[name] = package
    return found


def _dbt(path: str, text: bytes) -> DbtFolders:
    folder = _folder(path)
    # Most projects use the default folders; their YAML need not be parsed.
    declared = _yaml(text) if b"-paths" in text else {}
    kinds = {}
    for kind, default in _DBT_PATHS.items():
        given = declared.get(kind)
        names = given if isinstance(given, list) else default
        kinds[kind] = tuple(f"{folder}/{name}".removeprefix("./").rstrip("/") for name in names)
    return DbtFolders(folder, kinds)


def _yaml(text: bytes) -> dict[str, object]:
    import yaml  # noqa: PLC0415 - only for a dbt project with other folders

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
