"""`lineage diff`: compare the interfaces of a branch with its base."""

from __future__ import annotations

import argparse
import sys

from dagster_lineage.analyze.diff import compare
from dagster_lineage.analyze.diff.graphs import compared_graphs
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
from dagster_lineage.files.git import Repository
from dagster_lineage.files.interface_files import InterfacesMissing
from dagster_lineage.present.formats import DIFF_FORMATS, format_diff


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "Compare the committed interfaces of a branch with its base: added, compatible, deprecated "
        "and breaking changes. A breaking change is settled if no reader in the repository relies "
        "on it any more, or if another version of the model keeps it.",
        findings="breaking changes that are not settled",
    )
    add_branch(parser)
    add_interfaces(parser)
    add_format(parser, DIFF_FORMATS)
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the changes.

    Raises:
        LineageError: An argument, the settings or an interface is invalid.
    """
    root = root_of(arguments)
    settings = settings_of(root, arguments)
    comparison = Repository(root).compare(arguments.base, arguments.head)
    before, after = compared_graphs(comparison, settings.interfaces)
    if not before.located and not after.located:
        raise InterfacesMissing(settings.interfaces, "at base or head")
    diff = compare(before, after, changed_files=frozenset(one.path for one in comparison.changed))
    text = format_diff(diff, comparison, arguments.format, color=wants_color(arguments))
    for note in comparison.notes:
        print(f"lineage: {note}", file=sys.stderr)
    if text:
        print(text)
    return int(diff.fails)
