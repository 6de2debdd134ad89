"""Notes of `lineage lock` on standard error: files and code locations that do not match."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from dagster_lineage.extract.workspace import WorkspaceError, compare_with_dg
from dagster_lineage.files.interface_files import matching_files
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import LocatedInterface


def warn_of_other_locations(workspace: Path) -> None:
    """Print where a `workspace.yaml` and a dg workspace in its folder list other code locations."""
    file = workspace / "workspace.yaml" if workspace.is_dir() else workspace
    if file.suffix not in (".yaml", ".yml") or not file.is_file():
        return
    try:
        notes = compare_with_dg(file)
    except WorkspaceError as error:
        notes = (str(error),)
    for note in notes:
        sys.stderr.write(f"note: {note}\n")


def warn_of_unread_files(
    root: Path, settings: Settings, located: Iterable[LocatedInterface]
) -> None:
    """Print the written files that no pattern of the settings matches."""
    read = set(matching_files(root, settings.interfaces))
    unread = sorted(one.file for one in located if (root / one.file) not in read)
    if unread:
        sys.stderr.write(
            f"note: `lineage check` does not read {', '.join(unread)}: add a pattern to "
            "[tool.lineage] interfaces, or write all interfaces to one folder with --out.\n"
        )


def warn_of_left_over_files(
    root: Path, settings: Settings, out: Path | None, located: Iterable[LocatedInterface]
) -> None:
    """Print the interface files of code locations that no longer exist."""
    existing = (
        matching_files(out.resolve(), ("*.json",))
        if out
        else matching_files(root, settings.interfaces)
    )
    written = {(root / one.file).resolve() for one in located}
    for file in sorted({one.resolve() for one in existing} - written):
        name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file
        sys.stderr.write(
            f"note: {name} belongs to no code location of this workspace. Delete it if the code "
            "location was removed: its assets are still read.\n"
        )
