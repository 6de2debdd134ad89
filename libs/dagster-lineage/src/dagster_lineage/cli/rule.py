"""`lineage rule`: print the manual page of a rule."""

from __future__ import annotations

import argparse

from dagster_lineage.analyze.rules import all_rules, rule_named
from dagster_lineage.cli.arguments import describe
from dagster_lineage.model.errors import LineageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(parser, "Print what a rule reports, why it matters and how to fix it.")
    parser.add_argument(
        "rules", metavar="RULE", nargs="*", help="code or name, such as ED01 or unresolved-key"
    )
    parser.add_argument("--all", action="store_true", help="print the pages of all rules")
    parser.add_argument("--list", action="store_true", help="list the codes and names of all rules")


def run(arguments: argparse.Namespace) -> int:
    """Print the pages.

    Raises:
        LineageError: No rule is named, or a rule does not exist.
    """
    rules = all_rules()
    if arguments.list:
        print("\n".join(f"{code}  {rule.name}" for code, rule in rules.items()))
        return 0
    shown = list(rules.values()) if arguments.all else [rule_named(one) for one in arguments.rules]
    if not shown:
        raise LineageError("name a rule, such as `lineage rule ED01`, or list all with --list.")
    print("\n".join(f"# {rule.code} {rule.name}\n\n{rule.manual()}\n" for rule in shown), end="")
    return 0
