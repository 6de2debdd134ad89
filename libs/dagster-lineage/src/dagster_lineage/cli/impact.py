"""`lineage impact`: who is hurt if an asset or a column changes."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from dagster_lineage.analyze.impact.consequences import consequences, origins
from dagster_lineage.analyze.impact.results import Impact
from dagster_lineage.analyze.impact.targets import Columns, Targets
from dagster_lineage.cli.branch_arguments import add_root, root_of
from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import read_settings
from dagster_lineage.model.errors import LineageError

FORMATS = ("text", "json", "markdown", "mermaid")
SCHEMA_VERSION = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = (
        "Shows everything downstream of assets or columns, over all projects, by column where "
        "that is known. Exit code 0: told; 2: used wrongly."
    )
    parser.add_argument(
        "targets",
        metavar="KEY[.COLUMN]|PATH",
        nargs="+",
        help="an asset key, a column of one, a model's name, or a file or folder with assets",
    )
    parser.add_argument(
        "--upstream", action="store_true", help="the other way: where it comes from"
    )
    parser.add_argument("--format", choices=FORMATS, default="text")
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Find and print.

    Raises:
        LineageError: the root, the settings, an interface or a target is wrong.
    """
    root = root_of(arguments)
    settings = read_settings(root)
    # What is read stays until the end: the collector would look at it in vain.
    gc.disable()
    graph = read_graph(root, settings.interfaces)
    if not graph.located:
        raise LineageError(
            f"no interface matches {', '.join(settings.interfaces)} in {root}. Write them with "
            "`lineage lock` or say where they are in [tool.lineage] interfaces."
        )
    targets = Targets(graph, root, Path.cwd())
    starts: dict[str, Columns] = {}
    for text in arguments.targets:
        for key, columns in targets.find(text).items():
            known = starts.get(key, frozenset())
            starts[key] = None if columns is None or known is None else known | columns
    impact = origins(graph, starts) if arguments.upstream else consequences(graph, starts)
    print(_shown(impact, arguments.format))
    return 0


def _shown(impact: Impact, form: str) -> str:
    if form == "json":
        return _json(impact)
    if form == "text":
        from dagster_lineage.present.text.impact import text

        return text(impact)
    from dagster_lineage.present.markdown.impact import markdown, mermaid

    return markdown(impact) if form == "markdown" else mermaid(impact)


def _json(impact: Impact) -> str:
    """One object: `schema_version` 1, and every field of `impact.consequences.Impact`."""
    import msgspec

    whole = {"schema_version": SCHEMA_VERSION, **msgspec.structs.asdict(impact)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
