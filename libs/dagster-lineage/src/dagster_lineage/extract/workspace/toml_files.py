"""Code locations in `pyproject.toml` and `dg.toml`: `[tool.dagster]`, dg projects and workspaces.

Sources of the fields: `dagster._core.workspace.load_target.get_target_from_toml_data` and
`dagster_dg_core.config` (1.13.27); defaults are in `dagster_dg_core.context`.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from dagster_lineage.extract.workspace.entries import (
    LocationEntry,
    WorkspaceEntryWrong,
    WorkspaceUnreadable,
    absolute,
    typed,
    with_distinct_names,
)

DG_FILES = ("dg.toml", ".dg.toml")
VENV_PYTHON = (
    Path(".venv", "Scripts", "python.exe") if os.name == "nt" else Path(".venv/bin/python")
)
PYTHON_VARIABLE = "DG_PROJECT_PYTHON_EXECUTABLE"
"""In a project's `.env`: its interpreter, for other layouts of virtual environments."""


class _Environment(Struct):
    """`python_environment` of a project, until dg 1.11."""

    active: bool = False
    path: str = ""


class _Project(Struct):
    root_module: str
    code_location_name: str = ""
    code_location_target_module: str = ""
    autoload_defs: bool = False
    """Until dg 1.10."""
    defs_module: str = ""
    python_environment: str | _Environment = ""


class _ListedProject(Struct):
    path: str


class _Workspace(Struct):
    projects: list[_ListedProject] = field(default_factory=list)


class DgSettings(Struct):
    """Settings of dg: all of a `dg.toml`, or `[tool.dg]` of a `pyproject.toml`."""

    directory_type: str = ""
    project: _Project | None = None
    workspace: _Workspace = field(default_factory=_Workspace)


class _DagsterModule(Struct):
    name: str = ""
    type: str = ""


class _Dagster(Struct):
    """`[tool.dagster]`."""

    module_name: str = ""
    modules: list[_DagsterModule] = field(default_factory=list)
    code_location_name: str = ""


def read_toml_workspace(file: Path) -> tuple[LocationEntry, ...]:
    """Return the code locations of a `pyproject.toml` or `dg.toml`, in its order.

    A dg workspace takes precedence over a dg project, and that over `[tool.dagster]`.

    Args:
        file: Absolute path of an existing file.

    Raises:
        WorkspaceUnreadable: the file is not valid TOML.
        WorkspaceEntryWrong: the folder of a project is missing or is not a dg project, or a field
            has a wrong type.
        LocationNameTaken: two projects have the same name.
    """
    dg = dg_settings(file)
    if dg.directory_type == "workspace":
        return with_distinct_names(tuple(_listed(file, one.path) for one in dg.workspace.projects))
    if dg.project:
        line = _line(file, dg.project.root_module)
        return (_project(file, line, file.parent, dg.project),)
    dagster = typed(_table(file, "tool", "dagster"), _Dagster, str(file), "tool.dagster")
    modules = [one.name for one in dagster.modules if one.type == "module"]
    return with_distinct_names(
        tuple(
            LocationEntry(
                name=dagster.code_location_name or module,
                listed_in=file,
                line=_line(file, module),
                working_directory=file.parent,
                code=module,
            )
            for module in ([dagster.module_name] if dagster.module_name else modules)
        )
    )


def dg_settings(file: Path) -> DgSettings:
    """Return the settings of dg in a file; without any, the defaults.

    Raises:
        WorkspaceUnreadable: the file is not valid TOML.
        WorkspaceEntryWrong: a field has a wrong type.
    """
    path = () if file.name in DG_FILES else ("tool", "dg")
    return typed(_table(file, *path), DgSettings, str(file), ".".join(path) or "dg")


def dg_file(folder: Path) -> Path | None:
    """Return the file in a folder that dg reads: `dg.toml`, or a `pyproject.toml` with `[tool.dg]`.

    Raises:
        WorkspaceUnreadable: the file is not valid TOML.
    """
    for name in (*DG_FILES, "pyproject.toml"):
        file = folder / name
        if file.is_file() and _table(file, *(() if name in DG_FILES else ("tool", "dg"))):
            return file
    return None


def _listed(file: Path, path: str) -> LocationEntry:
    """Return a project of a dg workspace, which has a virtual environment."""
    folder = absolute(file.parent, path)
    project_file = dg_file(folder)
    project = dg_settings(project_file).project if project_file else None
    if project is None:
        raise WorkspaceEntryWrong(
            f"{file}: {path!r} is listed as a project, but there is no `dg.toml` and no "
            f"`[tool.dg.project]` in {folder}. Fix the path or remove the entry."
        )
    executable = _python(folder, project)
    return _project(file, _line(file, path), folder, project, executable=executable)


def _project(
    listed_in: Path, line: int, folder: Path, project: _Project, *, executable: str = ""
) -> LocationEntry:
    root = project.root_module
    in_src = (folder / "src" / root.split(".")[0]).exists()
    autoload = project.autoload_defs
    target = project.code_location_target_module or f"{root}.definitions"
    return LocationEntry(
        name=project.code_location_name or folder.name,
        listed_in=listed_in,
        line=line,
        working_directory=folder / "src" if in_src else folder,
        kind="autoload_defs_module" if autoload else "python_module",
        code=(project.defs_module or f"{root}.defs") if autoload else target,
        executable=executable,
    )


def _line(file: Path, value: str) -> int:
    """Return the first line of a TOML file with a text as value; tomllib has no line numbers."""
    lines = file.read_text(encoding="utf-8").splitlines()
    quoted = (f'"{value}"', f"'{value}'")
    return next((at for at, text in enumerate(lines, 1) if any(one in text for one in quoted)), 1)


def _python(folder: Path, project: _Project) -> str:
    """Return the project's interpreter; empty if it runs in the active environment."""
    environment = project.python_environment
    if isinstance(environment, str):
        environment = _Environment(active=environment == "active")
    if environment.active:
        return ""
    if environment.path:
        return str(absolute(folder, environment.path))
    dotenv = folder / ".env"
    if dotenv.is_file():
        for line in dotenv.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            if name.strip() == PYTHON_VARIABLE and value.strip():
                return str(absolute(folder, value.strip().strip("\"'")))
    return str(folder / VENV_PYTHON)


def _table(file: Path, *path: str) -> Any:
    """Return a table of a TOML file, empty if it is missing."""
    try:
        table: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceUnreadable(f"{file} is not TOML: {error}") from error
    for name in path:
        table = table.get(name, {}) if isinstance(table, dict) else {}
    return table
