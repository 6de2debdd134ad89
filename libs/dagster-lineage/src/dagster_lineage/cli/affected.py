"""`lineage affected`: list the projects to build and test for a branch."""

from __future__ import annotations

import argparse
import sys

from dagster_lineage.api import affected
from dagster_lineage.cli.arguments import (
    add_branch,
    add_format,
    add_interfaces,
    add_root,
    describe,
    root_of,
    settings_of,
    wants_color,
)
from dagster_lineage.present.formats import AFFECTED_FORMATS, format_affected

STATE = "data/dbt-state/{project}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "List the projects to build and test for a branch, with the reasons: their own files, the "
        "libraries that they import and the assets that they read. For the other projects, print "
        "the proof that the branch cannot change them.",
    )
    add_branch(parser)
    add_interfaces(parser)
    add_format(parser, AFFECTED_FORMATS)
    parser.add_argument(
        "--dbt", action="store_true", help="print the `dbt build` command of each dbt project"
    )
    parser.add_argument(
        "--state",
        metavar="FOLDER",
        default=STATE,
        help=f"folder of the base's manifest, with --dbt (default: {STATE})",
    )
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the projects.

    Raises:
        LineageError: An argument or the settings are invalid.
    """
    root = root_of(arguments)
    result = affected(root, arguments.base, arguments.head, settings_of(root, arguments))
    if arguments.dbt:
        from dagster_lineage.analyze.affected.dbt_commands import dbt_commands

        text = dbt_commands(result, arguments.state)
    else:
        text = format_affected(result, arguments.format, color=wants_color(arguments))
    for note in result.notes:
        print(f"lineage: {note}", file=sys.stderr)
    if text:
        print(text)
    return 0
