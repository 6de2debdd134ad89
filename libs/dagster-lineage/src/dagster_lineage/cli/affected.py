"""`lineage affected`: which projects CI must build, and why."""

from __future__ import annotations

import argparse
import gc
import sys

from dagster_lineage.analyze.affected.decision import decide
from dagster_lineage.cli.branch_arguments import add_branch, add_root, root_of
from dagster_lineage.files.git import Repository
from dagster_lineage.files.settings import read_settings

FORMATS = ("text", "json", "github-matrix")
STATE = "data/dbt-state/{project}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = (
        "Tells which projects must be built and tested for a branch, and why each: its own files, "
        "the libraries it imports, what it reads. What is skipped is proved untouched. Exit code "
        "0: told, however many there are; 2: used wrongly."
    )
    add_branch(parser)
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument(
        "--dbt", action="store_true", help="print the dbt command of each dbt project instead"
    )
    parser.add_argument(
        "--state",
        metavar="FOLDER",
        default=STATE,
        help=f"with --dbt: where the base's manifest is (default: {STATE})",
    )
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge every project and print.

    Raises:
        LineageError: the root, a commit or the settings are wrong.
    """
    root = root_of(arguments)
    settings = read_settings(root)
    # What is read stays until the end: the collector would look at it in vain.
    gc.disable()
    comparison = Repository(root).compare(arguments.base, arguments.head)
    affected = decide(comparison, settings.interfaces)
    if arguments.dbt:
        from dagster_lineage.analyze.affected.dbt_commands import dbt_commands

        shown = dbt_commands(affected, arguments.state)
    elif arguments.format == "text":
        from dagster_lineage.present.text.affected import text

        shown = text(affected)
    else:
        from dagster_lineage.present.json.affected import document, github_matrix

        shown = document(affected) if arguments.format == "json" else github_matrix(affected)
    for note in affected.notes:
        print(f"lineage: {note}", file=sys.stderr)
    if shown:
        print(shown)
    return 0
