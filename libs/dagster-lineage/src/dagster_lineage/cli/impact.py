"""`lineage impact`: show what depends on an asset or a column."""

from __future__ import annotations

import argparse

from dagster_lineage.api import impact
from dagster_lineage.cli.arguments import (
    add_format,
    add_interfaces,
    add_root,
    describe,
    root_of,
    settings_of,
    wants_color,
)
from dagster_lineage.present.formats import IMPACT_FORMATS, format_impact


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "Show the assets, checks, exposures and jobs of all projects that depend on assets or "
        "columns, by column where the columns are known.",
    )
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="+",
        help="asset key (marts/daily), column (marts/daily.revenue), model name, or path of a file "
        "or folder with assets",
    )
    parser.add_argument(
        "--upstream", action="store_true", help="show what the targets depend on instead"
    )
    add_interfaces(parser)
    add_format(parser, IMPACT_FORMATS)
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the impact.

    Raises:
        LineageError: An argument, the settings or an interface is invalid.
    """
    root = root_of(arguments)
    found = impact(
        root,
        arguments.targets,
        upstream=arguments.upstream,
        settings=settings_of(root, arguments),
    )
    print(format_impact(found, arguments.format, color=wants_color(arguments)))
    return 0
