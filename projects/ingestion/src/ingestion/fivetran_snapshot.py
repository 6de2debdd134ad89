"""Bring the committed snapshot of the Fivetran connector up to date, or say how it is not.

    python -m ingestion.fivetran_snapshot refresh    write the snapshot from the API
    python -m ingestion.fivetran_snapshot check      list what changed; exit code 1 if anything did

Which Fivetran is asked is decided as in a run (`ingestion.fivetran.mode`): the account where
FIVETRAN_API_KEY and FIVETRAN_API_SECRET are set, else the local one.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from environment import Environment, UnknownEnvironment
from ingestion.fivetran.column_types import with_missing_types
from ingestion.fivetran.discovery import continuing, differences, take_snapshot
from ingestion.fivetran.errors import FivetranError, SettingsWrong, SnapshotUnusable
from ingestion.fivetran.mode import fivetran_mode
from ingestion.fivetran.snapshot import (
    SNAPSHOT_FILE,
    Snapshot,
    read_snapshot,
    write_snapshot,
)
from ingestion.fivetran.workspace import IngestionFivetranWorkspace

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECTOR_NAME = "shop"
"""The connector's destination schema prefix: it names the connector in every account alike."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Those after the program's name; the process's own by default.

    Returns:
        0 right; 1 the snapshot is not up to date, or the API could not be asked; 2 used wrongly.
    """
    parser = argparse.ArgumentParser(
        prog="python -m ingestion.fivetran_snapshot",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=("refresh", "check"))
    parser.add_argument(
        "--file", type=Path, default=SNAPSHOT_FILE, help="default: the committed one"
    )
    options = parser.parse_args(arguments)
    act = _refresh if options.action == "refresh" else _check
    try:
        return act(options.file, _ask())
    except (SettingsWrong, UnknownEnvironment) as error:
        _say(str(error), sys.stderr)
        return 2
    except FivetranError as error:
        _say(str(error), sys.stderr)
        return 1


def _ask() -> Snapshot:
    with fivetran_mode(os.environ, Environment.from_environ()) as mode:
        _say(mode.description, sys.stderr)
        workspace = IngestionFivetranWorkspace(
            api_key=mode.api_key, api_secret=mode.api_secret, api_url=mode.api_url
        )
        taken = take_snapshot(workspace.get_client(), CONNECTOR_NAME)
        if mode.is_local or mode.destination_url is None:
            return taken
        return with_missing_types(taken, mode.destination_url)


def _refresh(file: Path, now: Snapshot) -> int:
    try:
        old = read_snapshot(file)
        changed, now = differences(old, now), continuing(now, old)
    except SnapshotUnusable:
        changed = [f"+ table {table.key.to_user_string()}" for table in now.tables]
    write_snapshot(now, file)
    _say("\n".join([*changed, f"{file}: {len(changed)} changes."]))
    return 0


def _check(file: Path, now: Snapshot) -> int:
    changed = differences(read_snapshot(file), now)
    if changed:
        advice = f"{file} is not what Fivetran syncs now. Take it anew: make fivetran-snapshot."
        _say("\n".join([*changed, advice]))
        return 1
    _say(f"{file} is what Fivetran syncs: {len(now.tables)} tables.")
    return 0


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
