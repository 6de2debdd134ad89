"""Which file lists the code locations, and whether two such files agree."""

from __future__ import annotations

from pathlib import Path

from dagster_lineage.extract.workspace.entries import LocationEntry, WorkspaceMissing
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
"""Files that may list code locations: what starts Dagster here goes before what deploys it."""


def find_locations(workspace: Path) -> tuple[LocationEntry, ...]:
    """The code locations of a workspace, in its order.

    Args:
        workspace: A `workspace.yaml` (of any name), `pyproject.toml`, `dg.toml` or
            `dagster_cloud.yaml`; or a folder with one of them, `workspace.yaml` first, as Dagster
            takes it.

    Raises:
        WorkspaceMissing: nothing is there, or nothing in the folder lists code locations.
        WorkspaceError: the file is wrong; its kinds stand in `entries`.
    """
    workspace = workspace.absolute()
    if workspace.is_file():
        entries = _read(workspace)
        if not entries:
            raise WorkspaceMissing(
                f"{workspace} lists no code location: it needs `load_from` (YAML), "
                "`[tool.dagster] module_name` or a dg workspace's `projects` (TOML)."
            )
        return entries
    if not workspace.is_dir():
        raise WorkspaceMissing(
            f"{workspace} does not exist; name a workspace.yaml, a pyproject.toml, a dg.toml, or "
            "a folder with one of them."
        )
    for name in IN_FOLDER:
        file = workspace / name
        if file.is_file() and (entries := _read(file)):
            return entries
    raise WorkspaceMissing(
        f"{workspace} has no workspace.yaml, no dg workspace and no `[tool.dagster]` in a "
        "pyproject.toml, no dagster_cloud.yaml; name the file that lists the code locations."
    )


def _read(file: Path) -> tuple[LocationEntry, ...]:
    return read_toml_workspace(file) if file.suffix == ".toml" else read_workspace_yaml(file)


def compare_with_dg(workspace_yaml: Path) -> tuple[str, ...]:
    """Where a `workspace.yaml` and the dg workspace of the same folder differ, in sentences.

    What is left out on one side is compared no further: a `workspace.yaml` that names no
    interpreter or no folder leaves them to whoever starts Dagster.

    Args:
        workspace_yaml: An existing file.

    Returns:
        One sentence per difference; none without a dg workspace beside the file.

    Raises:
        WorkspaceError: one of the two files is wrong.
    """
    workspace_yaml = workspace_yaml.absolute()
    other_file = dg_file(workspace_yaml.parent)
    if other_file is None or dg_settings(other_file).get("directory_type") != "workspace":
        return ()
    listed = {entry.name: entry for entry in read_workspace_yaml(workspace_yaml)}
    in_dg = {entry.name: entry for entry in read_toml_workspace(other_file)}
    notes = [
        f"{here.name} lists the code location {name!r}, {there.name} does not"
        for here, there, names in (
            (workspace_yaml, other_file, [name for name in listed if name not in in_dg]),
            (other_file, workspace_yaml, [name for name in in_dg if name not in listed]),
        )
        for name in names
    ]
    for name in (name for name in listed if name in in_dg):
        for attribute, verb in COMPARED.items():
            one, two = getattr(listed[name], attribute), getattr(in_dg[name], attribute)
            left_open = not one or (attribute != "target" and one == workspace_yaml.parent)
            if one != two and two and not left_open:
                notes.append(
                    f"code location {name!r}: {workspace_yaml.name} {verb} {one}, "
                    f"{other_file.name} {verb} {two}"
                )
    return tuple(notes)
