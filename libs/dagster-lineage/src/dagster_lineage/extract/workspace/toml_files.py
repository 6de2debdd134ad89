"""Reads code locations from `pyproject.toml` and `dg.toml`: `[tool.dagster]` and dg's projects.

Sources of their shapes: `dagster._core.workspace.load_target.get_target_from_toml_data` and
`dagster_dg_core.config` (1.13.27), the latter's defaults in `dagster_dg_core.context`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_lineage.extract.workspace.entries import (
    LocationEntry,
    WorkspaceEntryWrong,
    WorkspaceUnreadable,
    refuse_taken_names,
)

VENV_PYTHON = (
    Path(".venv", "Scripts", "python.exe") if os.name == "nt" else Path(".venv/bin/python")
)
PYTHON_VARIABLE = "DG_PROJECT_PYTHON_EXECUTABLE"
"""In a project's `.env`: its interpreter, for other layouts of virtual environments."""


def read_toml_workspace(file: Path) -> tuple[LocationEntry, ...]:
    """The code locations of a `pyproject.toml` or `dg.toml`, in its order; none if it names none.

    dg's workspace comes first, then a dg project, then `[tool.dagster]`.

    Args:
        file: An existing file, absolute.

    Raises:
        WorkspaceUnreadable: it is no TOML.
        WorkspaceEntryWrong: a project's folder is missing, or is no dg project.
        LocationNameTaken: two projects have one name.
    """
    dg = dg_settings(file)
    if dg.get("directory_type") == "workspace":
        return refuse_taken_names(_workspace(file, _mapping(file, "workspace", dg)))
    if dg.get("project"):
        return (_project(file, file, dg, own_environment=False),)
    dagster = _mapping(file, "tool.dagster", _tool(file))
    return refuse_taken_names(_dagster_modules(file, dagster))


def dg_settings(file: Path) -> Mapping[str, Any]:
    """What a file tells dg: all of a `dg.toml`, `[tool.dg]` of a `pyproject.toml`.

    Raises:
        WorkspaceUnreadable: it is no TOML.
    """
    if file.name in ("dg.toml", ".dg.toml"):
        return _toml(file)
    return _mapping(file, "tool.dg", _tool(file))


def dg_file(folder: Path) -> Path | None:
    """The file in a folder that dg reads: `dg.toml`, else a `pyproject.toml` with `[tool.dg]`."""
    for name in ("dg.toml", ".dg.toml", "pyproject.toml"):
        file = folder / name
        if file.is_file() and dg_settings(file):
            return file
    return None


def _workspace(file: Path, workspace: Mapping[str, Any]) -> tuple[LocationEntry, ...]:
    projects = workspace.get("projects", [])
    if not isinstance(projects, list):
        raise WorkspaceEntryWrong(f"{file}: `workspace.projects` must be a list of tables.")
    entries = []
    for project in projects:
        path = project.get("path") if isinstance(project, dict) else None
        if not isinstance(path, str):
            raise WorkspaceEntryWrong(
                f'{file}: a project of `workspace.projects` is `{{ path = "…" }}`, not {project!r}.'
            )
        folder = Path(os.path.normpath(file.parent / path))
        project_file = dg_file(folder)
        settings = dg_settings(project_file) if project_file else {}
        if project_file is None or not settings.get("project"):
            raise WorkspaceEntryWrong(
                f"{file}: {path!r} is listed as a project, but there is no `dg.toml` and no "
                f"`[tool.dg.project]` in {folder}; fix the path or take the entry out."
            )
        entries.append(_project(file, project_file, settings, own_environment=True))
    return tuple(entries)


def _project(
    listed_in: Path, file: Path, settings: Mapping[str, Any], *, own_environment: bool
) -> LocationEntry:
    project = _mapping(file, "project", settings)
    root_module = project.get("root_module")
    if not isinstance(root_module, str):
        raise WorkspaceEntryWrong(f"{file}: the dg project needs `root_module`, its package.")
    folder = file.parent
    autoload = bool(project.get("autoload_defs"))  # dg until 1.10
    target = str(project.get("code_location_target_module") or f"{root_module}.definitions")
    in_src = (folder / "src" / root_module.split(".")[0]).exists()
    return LocationEntry(
        name=str(project.get("code_location_name") or folder.name),
        listed_in=listed_in,
        working_directory=folder / "src" if in_src else folder,
        module="" if autoload else target,
        autoload_module=str(project.get("defs_module") or f"{root_module}.defs")
        if autoload
        else "",
        executable=_project_python(folder, project) if own_environment else "",
    )


def _project_python(folder: Path, project: Mapping[str, Any]) -> str:
    """The project's interpreter; empty where it says that it runs in the active environment."""
    environment = project.get("python_environment")  # dg until 1.11
    if environment == "active" or (isinstance(environment, dict) and environment.get("active")):
        return ""
    if isinstance(environment, dict) and isinstance(environment.get("path"), str):
        return os.path.normpath(folder / str(environment["path"]))
    dotenv = folder / ".env"
    if dotenv.is_file():
        for line in dotenv.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            if name.strip() == PYTHON_VARIABLE and value.strip():
                return os.path.normpath(folder / value.strip().strip("\"'"))
    return str(folder / VENV_PYTHON)


def _dagster_modules(file: Path, dagster: Mapping[str, Any]) -> tuple[LocationEntry, ...]:
    """`[tool.dagster]`: one `module_name`, or `modules` of type `module`."""
    if isinstance(dagster.get("module_name"), str):
        modules = [dagster["module_name"]]
    else:
        listed = dagster.get("modules", [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise WorkspaceEntryWrong(
                f'{file}: `tool.dagster.modules` is a list of `{{ type = "module", name = "…" }}`.'
            )
        modules = [str(one.get("name", "")) for one in listed if one.get("type") == "module"]
    name = dagster.get("code_location_name")
    return tuple(
        LocationEntry(
            name=str(name or module),
            listed_in=file,
            working_directory=file.parent,
            module=module,
        )
        for module in modules
    )


def _tool(file: Path) -> Mapping[str, Any]:
    return _mapping(file, "tool", _toml(file))


def _mapping(file: Path, path: str, holder: Mapping[str, Any]) -> Mapping[str, Any]:
    value = holder.get(path.rpartition(".")[2], {})
    if not isinstance(value, dict):
        raise WorkspaceEntryWrong(f"{file}: `{path}` must be a table, not {value!r}.")
    return value


def _toml(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceUnreadable(f"{file} is not TOML: {error}") from error
