"""`lineage rule`: the manual page of a rule."""

from __future__ import annotations

import argparse

from dagster_lineage.analyze.rule_manual import explained, page_of
from dagster_lineage.model.errors import LineageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = "Prints what a rule finds, why that hurts, and how it is fixed."
    parser.add_argument("codes", metavar="CODE", nargs="*", help="such as ED01, or its name")
    parser.add_argument("--all", action="store_true", help="every page, one after the other")
    parser.add_argument("--list", action="store_true", help="only codes and names")


def run(arguments: argparse.Namespace) -> int:
    """Print the pages.

    Raises:
        LineageError: no code is given, or there is no such rule.
    """
    if arguments.list:
        print("\n".join(f"{code}  {rule.name}" for code, rule in explained().items()))
        return 0
    codes = list(explained()) if arguments.all else arguments.codes
    if not codes:
        raise LineageError("name a rule, such as `lineage rule ED01`; `--list` has them all.")
    print("\n".join(page_of(code) for code in codes), end="")
    return 0
