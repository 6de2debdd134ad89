"""Write the committed snapshot of the Fivetran connector, or compare it with the API.

    python -m ingestion.fivetran_snapshot refresh    write the snapshot from the API
    python -m ingestion.fivetran_snapshot check      list the differences; exit code 1 if any

The Fivetran is selected as in a run: the account if FIVETRAN_API_KEY and FIVETRAN_API_SECRET are
set, otherwise the local one.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from environment import Environment, UnknownEnvironment
from ingestion.fivetran.column_types import with_destination_types
from ingestion.fivetran.discovery import continuing, differences, take_snapshot
from ingestion.fivetran.errors import FivetranError, InvalidSettings, InvalidSnapshot
from ingestion.fivetran.http_client import FivetranHttp
from ingestion.fivetran.mode import fivetran_mode
from ingestion.fivetran.snapshot import (
    SNAPSHOT_FILE,
    Snapshot,
    read_snapshot,
    write_snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECTOR_NAME = "shop"
"""The connector's destination schema prefix, which is the same in every account."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Arguments after the program's name; by default those of the process.

    Returns:
        0: success; 1: the snapshot is not up to date, or the API failed; 2: usage error.
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
        return act(options.file, _current())
    except (InvalidSettings, UnknownEnvironment) as error:
        _print(str(error), sys.stderr)
        return 2
    except FivetranError as error:
        _print(str(error), sys.stderr)
        return 1


def _current() -> Snapshot:
    with fivetran_mode(os.environ, Environment.from_environ()) as mode:
        _print(mode.description, sys.stderr)
        http = FivetranHttp(mode.api_url, mode.api_key, mode.api_secret)
        taken = take_snapshot(http, CONNECTOR_NAME)
        if mode.destination_url is None:
            return taken
        return with_destination_types(taken, mode.destination_url)


def _refresh(file: Path, now: Snapshot) -> int:
    try:
        old = read_snapshot(file)
        changed, now = differences(old, now), continuing(now, old)
        if now == old:
            return _report_up_to_date(file, now)
    except InvalidSnapshot:
        changed = [f"+ table {table.key.to_user_string()}" for table in now.tables]
    write_snapshot(now, file)
    _print("\n".join([*changed, f"{file} was written: {len(changed)} changes."]))
    return 0


def _check(file: Path, now: Snapshot) -> int:
    changed = differences(read_snapshot(file), now)
    if changed:
        advice = f"{file} differs from what Fivetran syncs. Write it again: make fivetran-snapshot."
        _print("\n".join([*changed, advice]))
        return 1
    return _report_up_to_date(file, now)


def _report_up_to_date(file: Path, now: Snapshot) -> int:
    _print(f"{file} is up to date: {len(now.tables)} tables.")
    return 0


def _print(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
