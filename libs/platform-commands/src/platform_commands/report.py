"""What `platform run` says at its end."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from platform_commands.board import Board, Standing, State
from platform_commands.display import board_table
from platform_commands.graph import AssetName, Graph
from platform_commands.home import Home
from platform_commands.published import open_published, relation_of
from platform_commands.query_table import query_table
from warehouse import WarehouseError

FIRST_ROWS = 7
TABLES_SHOWN = 3
"""At most so many tables are shown when no setting names them."""
NAMES_SHOWN = 5
PARAGRAPH = 100
"""Width of a paragraph, in characters."""


def report(console: Console, board: Board, home: Home, graph: Graph, show: Sequence[str]) -> None:
    """Print the closing table, what failed and why, the first rows, and where to look next.

    Args:
        console: Where to.
        board: What has become of the assets.
        home: Where the published files are.
        graph: The whole graph, by which the last tables of the pipeline are found.
        show: Assets whose first rows are shown; if empty, those that nothing is made from.
    """
    console.print(board_table(board, now=time.time()))
    console.print()
    _tell_failures(console, board)
    _tell_skipped(console, board)
    example = _show_first_rows(console, board, home, graph, show) if board.all_made else None
    _tell_where_next(console, home, example)


def _tell_failures(console: Console, board: Board) -> None:
    by_cause: dict[tuple[str, str], list[Standing]] = {}
    for standing in board.in_state(State.FAILED):
        by_cause.setdefault((standing.run_id, standing.reason), []).append(standing)
    for (run_id, reason), standings in by_cause.items():
        names = _listed([standing.asset for standing in standings])
        console.print(Text(f"✗ {names} failed", "bold red"))
        # A path is never broken: it is there to be copied.
        console.print(Text(_paragraph(reason)), soft_wrap=True)
        console.print(
            f"  run {run_id}: platform log {run_id[:8]} prints its whole log; "
            f"with make dev running it is at /runs/{run_id}",
            soft_wrap=True,
        )
        console.print()


def _paragraph(reason: str) -> str:
    """The lines of a reason, indented, with what is too long folded under its own beginning."""
    lines = []
    for line in reason.splitlines():
        text = line.lstrip()
        indent = " " * (2 + len(line) - len(text))
        lines.append(
            textwrap.fill(
                text,
                PARAGRAPH,
                initial_indent=indent,
                subsequent_indent=indent + ("  " if text.startswith("- ") else ""),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    return "\n".join(lines)


def _tell_skipped(console: Console, board: Board) -> None:
    by_reason: dict[tuple[State, str], list[AssetName]] = {}
    for standing in board.in_state(State.SKIPPED, State.STOPPED):
        by_reason.setdefault((standing.state, standing.reason), []).append(standing.asset)
    for (state, reason), names in by_reason.items():
        text = textwrap.fill(f"{state}: {', '.join(names)} ({reason})", PARAGRAPH)
        console.print(Text(text, "yellow"))
    if by_reason:
        console.print()


def _show_first_rows(
    console: Console, board: Board, home: Home, graph: Graph, show: Sequence[AssetName]
) -> str | None:
    """Show the last tables of what was made; returns a relation that a query can start from."""
    made = [standing.asset for standing in board.in_state(State.DONE)]
    wanted = [name for name in show if name in made]
    wanted = wanted or [name for name in graph.leaves() if name in made]
    relations: list[str] = []
    try:
        with open_published(home.environment) as connection:
            for name in wanted:
                schema, _, table = name.partition("/")
                relation = relation_of(connection, schema, table)
                # An asset may also be something else, a chart.
                if relation is not None and len(relations) < TABLES_SHOWN:
                    relations.append(relation)
                    first = connection.sql(f"from {relation} limit {FIRST_ROWS}")
                    console.print(f"[bold]{name}[/bold], first rows:")
                    console.print(query_table(first.columns, first.fetchall()))
                    console.print()
    except WarehouseError as error:
        console.print(Text(str(error), "yellow"))
    return relations[0].replace('"', "") if relations else None


def _tell_where_next(console: Console, home: Home, example: str | None) -> None:
    lines = Table.grid(padding=(0, 2))
    lines.add_row("make dev", "the graph, the runs and their logs in Dagster's UI")
    query = f" 'from {example} limit 10'" if example else ""
    lines.add_row(f"platform sql{query}", "queries over everything published")
    lines.add_row(str(home.environment.published_dir), "the published files")
    if home.environment.reports_dir.is_dir():
        lines.add_row(str(home.environment.reports_dir), "charts")
    console.print("[bold]Where to look next[/bold]")
    console.print(lines)


def _listed(names: Sequence[str]) -> str:
    if len(names) <= NAMES_SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:NAMES_SHOWN])} and {len(names) - NAMES_SHOWN} more"
