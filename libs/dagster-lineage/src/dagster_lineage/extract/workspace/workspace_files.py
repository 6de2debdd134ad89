"""Workspace file of a folder, and a comparison of two such files."""

from __future__ import annotations

from pathlib import Path

from dagster_lineage.extract.workspace.entries import LocationEntry, WorkspaceMissing, absolute
from dagster_lineage.extract.workspace.toml_files import dg_file, dg_settings, read_toml_workspace
from dagster_lineage.extract.workspace.workspace_yaml import read_workspace_yaml

COMPARED = {
    "target": "loads",
    "working_directory": "in folder",
    "executable": "with interpreter",
}

IN_FOLDER = (
    "workspace.yaml",
    "dg.toml",
    ".dg.toml",
    "pyproject.toml",
    "dagster_cloud.yaml",
    "dagster-cloud.yaml",
)
"""Files that may list code locations. Those that start Dagster take precedence over those that
deploy it."""


def find_locations(workspace: Path) -> tuple[LocationEntry, ...]:
    """Return the code locations of a workspace, in its order.

    Args:
        workspace: A `workspace.yaml` (with any name), `pyproject.toml`, `dg.toml` or
            `dagster_cloud.yaml`; or a folder with one of them, of which `workspace.yaml` takes
            precedence, as in Dagster.

    Raises:
        WorkspaceMissing: the path does not exist, or lists no code locations.
        WorkspaceError: the file has an error.
    """
    workspace = absolute(Path.cwd(), str(workspace))
    if workspace.is_file():
        entries = _read(workspace)
        if not entries:
            raise WorkspaceMissing(
                f"{workspace} lists no code location. It needs `load_from` (YAML), "
                "`[tool.dagster] module_name` or the `projects` of a dg workspace (TOML)."
            )
        return entries
    if not workspace.is_dir():
        raise WorkspaceMissing(
            f"{workspace} does not exist. Name a workspace.yaml, a pyproject.toml, a dg.toml, or "
            "a folder with one of them."
        )
    for name in IN_FOLDER:
        file = workspace / name
        if file.is_file() and (entries := _read(file)):
            return entries
    raise WorkspaceMissing(
        f"{workspace} has no workspace.yaml, dg.toml, pyproject.toml with [tool.dagster] or "
        "dagster_cloud.yaml that lists code locations. Name the file with --workspace, or a dbt "
        "manifest with --manifest."
    )


def _read(file: Path) -> tuple[LocationEntry, ...]:
    return read_toml_workspace(file) if file.suffix == ".toml" else read_workspace_yaml(file)


def compare_with_dg(workspace_yaml: Path) -> tuple[str, ...]:
    """Return the differences of a `workspace.yaml` from the dg workspace in the same folder.

    Interpreters and folders that one of the files does not name are not compared, because the
    command that starts Dagster determines them.

    Args:
        workspace_yaml: An existing file.

    Returns:
        One sentence per difference; none if there is no dg workspace.

    Raises:
        WorkspaceError: one of the two files has an error.
    """
    workspace_yaml = workspace_yaml.absolute()
    other_file = dg_file(workspace_yaml.parent)
    if other_file is None or dg_settings(other_file).directory_type != "workspace":
        return ()
    listed = {entry.name: entry for entry in read_workspace_yaml(workspace_yaml)}
    in_dg = {entry.name: entry for entry in read_toml_workspace(other_file)}
    notes = [
        f"{here.name} lists the code location {name!r}, {there.name} does not"
        for here, there, names, others in (
            (workspace_yaml, other_file, listed, in_dg),
            (other_file, workspace_yaml, in_dg, listed),
        )
        for name in names
        if name not in others
    ]
    for name in (name for name in listed if name in in_dg):
        for attribute, verb in COMPARED.items():
            one, two = getattr(listed[name], attribute), getattr(in_dg[name], attribute)
            unnamed = not one or (attribute != "target" and one == workspace_yaml.parent)
            if one != two and two and not unnamed:
                notes.append(
                    f"code location {name!r}: {workspace_yaml.name} {verb} {one}, "
                    f"{other_file.name} {verb} {two}"
                )
    return tuple(notes)
