"""`lineage diff`: what this branch does to the interfaces."""

from __future__ import annotations

import argparse
import gc
import sys

from dagster_lineage.analyze.diff import compare
from dagster_lineage.analyze.diff.graphs import compared_graphs
from dagster_lineage.cli.branch_arguments import add_branch, add_root, root_of
from dagster_lineage.files.git import Repository
from dagster_lineage.files.settings import read_settings
from dagster_lineage.model.errors import LineageError

FORMATS = ("text", "json", "markdown", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = (
        "Compares the committed interfaces with those of a branch's base: what is added, "
        "deprecated, compatible, breaking. Exit code 0: nothing breaks, or what breaks is settled; "
        "1: a reader in the repository is hurt; 2: used wrongly."
    )
    add_branch(parser)
    parser.add_argument("--format", choices=FORMATS, default="text")
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print.

    Raises:
        LineageError: the root, a commit, the settings or an interface is wrong.
    """
    root = root_of(arguments)
    settings = read_settings(root)
    # What is read stays until the end: the collector would look at it in vain.
    gc.disable()
    comparison = Repository(root).compare(arguments.base, arguments.head)
    before, after = compared_graphs(comparison, settings.interfaces)
    if not before.located and not after.located:
        raise LineageError(
            f"no interface matches {', '.join(settings.interfaces)} at either end. Write them with "
            "`lineage lock` or say where they are in [tool.lineage] interfaces."
        )
    diff = compare(before, after, changed_files=frozenset(one.path for one in comparison.changed))
    if arguments.format == "json":
        from dagster_lineage.present.json.diff import document

        shown = document(diff, base=comparison.base, head=comparison.head, notes=comparison.notes)
    elif arguments.format == "markdown":
        from dagster_lineage.present.markdown.diff import markdown

        shown = markdown(diff)
    elif arguments.format == "github":
        from dagster_lineage.present.github.diff import workflow_commands

        shown = workflow_commands(diff)
    else:
        from dagster_lineage.present.text.diff import text

        shown = text(diff)
    for note in comparison.notes:
        print(f"lineage: {note}", file=sys.stderr)
    if shown:
        print(shown)
    return int(diff.fails)
