"""`lineage export`: export the asset graph as OpenLineage events."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from dagster_lineage.cli.arguments import (
    add_interfaces,
    add_root,
    describe,
    root_of,
    settings_of,
    write_file,
)
from dagster_lineage.files.interface_files import read_committed_graph
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.wording import counted

FORMATS = ("openlineage",)
_EPOCH = "SOURCE_DATE_EPOCH"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "Export the committed interfaces as OpenLineage 2-0-2 events of static metadata, one JSON "
        "object per line: a DatasetEvent for every asset, a JobEvent for every asset with a "
        f"producer. The time of the events is {_EPOCH}, or else now.",
    )
    parser.add_argument("--format", choices=FORMATS, required=True, help="output format")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="file to write (default: standard output)"
    )
    parser.add_argument(
        "--namespace",
        metavar="NAME",
        default="dagster",
        help="namespace of all datasets (default: dagster)",
    )
    add_interfaces(parser)
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the events.

    Raises:
        LineageError: An argument, the settings, an interface or the time is invalid.
    """
    from dagster_lineage.present.openlineage import lines

    root = root_of(arguments)
    graph = read_committed_graph(root, settings_of(root, arguments))
    events = [f"{line}\n" for line in lines(graph, time=_time(), namespace=arguments.namespace)]
    if arguments.out is None:
        sys.stdout.writelines(events)
    else:
        write_file(arguments.out, "".join(events))
        print(f"Wrote {arguments.out} with {counted(len(events), 'event')}.")
    return 0


def _time() -> dt.datetime:
    """Return the time of the events; `SOURCE_DATE_EPOCH` makes the output reproducible.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    epoch = os.environ.get(_EPOCH)
    if not epoch:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LineageError(f"{_EPOCH} is {epoch!r}: it must be seconds since 1970.") from error
