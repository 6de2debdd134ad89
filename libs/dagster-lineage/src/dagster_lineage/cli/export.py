"""`lineage export`: the graph in other tools' formats."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import find_root, read_settings
from dagster_lineage.model.errors import LineageError

FORMATS = ("openlineage",)
_EPOCH = "SOURCE_DATE_EPOCH"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = (
        "Writes the committed interfaces as OpenLineage 2-0-2 events of static metadata, one JSON "
        "object a line: a DatasetEvent for every asset, a JobEvent for every one that code makes. "
        f"Their time is now, or what {_EPOCH} says. Exit code 0: written; 2: used wrongly."
    )
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--root", type=Path, help="of the repository (default: found upwards)")
    parser.add_argument("--namespace", default="dagster", help="of all datasets (default: dagster)")


def run(arguments: argparse.Namespace) -> int:
    """Write the events.

    Raises:
        LineageError: the root, the settings, an interface, the time or the file is wrong.
    """
    from dagster_lineage.present.openlineage import lines

    root = arguments.root.resolve() if arguments.root else find_root(Path.cwd())
    if not root.is_dir():
        raise LineageError(f"--root {arguments.root} is no folder.")
    settings = read_settings(root)
    graph = read_graph(root, settings.interfaces)
    if not graph.located:
        raise LineageError(
            f"no interface matches {', '.join(settings.interfaces)} in {root}. Write them with "
            "`lineage lock` or say where they are in [tool.lineage] interfaces."
        )
    written = [f"{line}\n" for line in lines(graph, time=_now(), namespace=arguments.namespace)]
    if arguments.out is None:
        sys.stdout.writelines(written)
        return 0
    try:
        arguments.out.write_text("".join(written), encoding="utf-8")
    except OSError as error:
        raise LineageError(
            f"{arguments.out} cannot be written: {error.strerror}. Give a file in an existing "
            "folder with --out."
        ) from error
    print(f"{arguments.out}: {len(written)} events.")
    return 0


def _now() -> dt.datetime:
    """The time of the events: a fixed one where a build must be the same again.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    given = os.environ.get(_EPOCH)
    if not given:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(given), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LineageError(f"{_EPOCH} is {given!r}: it must be seconds since 1970.") from error
