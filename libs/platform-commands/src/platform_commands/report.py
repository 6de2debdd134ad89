"""The report at the end of `platform run`."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagster_lineage.api import counted, listed
from environment import Environment
from platform_commands.asset_graph import AssetGraph, AssetName
from platform_commands.display import progress_table
from platform_commands.progress import AssetProgress, RunProgress, Status
from platform_commands.query_results import open_published, published_tables, query_table
from warehouse import WarehouseError, quoted

ROWS_SHOWN = 7
TABLES_SHOWN = 3
NAMES_SHOWN = 5
PARAGRAPH = 100
"""Width of a paragraph, in characters."""


def print_report(
    console: Console,
    progress: RunProgress,
    environment: Environment,
    graph: AssetGraph,
    show: Sequence[str],
) -> None:
    """Print all assets, the failures, the first rows of some tables, and the next commands.

    Args:
        console: The console.
        progress: The progress of the run, which has ended.
        environment: Environment of the published files.
        graph: The complete asset graph.
        show: Assets whose first rows are printed; those without readers if it is empty.
    """
    console.print(progress_table(progress, now=time.time()))
    console.print()
    _print_failures(console, progress)
    _print_warnings(console, progress)
    _print_skipped(console, progress)
    _print_rerun(console, progress)
    example = None
    if progress.all_done:
        wanted = [name for name in show if name in progress.assets]
        wanted = wanted or [name for name in graph.leaves() if name in progress.assets]
        example = _print_first_rows(console, environment, wanted)
    _print_next_commands(console, environment, example)


def _print_failures(console: Console, progress: RunProgress) -> None:
    by_cause: dict[tuple[str, str], list[AssetProgress]] = {}
    for asset in progress.with_status(Status.FAILED):
        by_cause.setdefault((asset.run_id, asset.reason), []).append(asset)
    for (run_id, reason), assets in by_cause.items():
        names = listed([asset.asset for asset in assets], NAMES_SHOWN, code=False)
        title = f"✗ {names} failed (code location {assets[0].location})"
        console.print(Text(title, "bold red"), soft_wrap=True)
        # Paths are not wrapped, so that they can be copied.
        console.print(Text(_paragraphs(reason)), soft_wrap=True)
        console.print(f"  complete log: platform log {run_id[:8]}", soft_wrap=True)
        console.print(f"  in the UI:    make dev, then /runs/{run_id}", soft_wrap=True)
        console.print()


def _print_warnings(console: Console, progress: RunProgress) -> None:
    warned = [asset for asset in progress.assets.values() if asset.warnings]
    for asset in warned:
        title = f"! {asset.asset}: {counted(len(asset.warnings), 'check')} failed without blocking"
        console.print(Text(title, "yellow"), soft_wrap=True)
        console.print(Text(_paragraphs("\n".join(asset.warnings))), soft_wrap=True)
    if warned:
        console.print()


def _paragraphs(text: str) -> str:
    """Wrap each line of a text and keep its indentation."""
    lines = []
    for line in text.splitlines():
        content = line.lstrip()
        indent = " " * (2 + len(line) - len(content))
        lines.append(
            textwrap.fill(
                content,
                PARAGRAPH,
                initial_indent=indent,
                subsequent_indent=indent + ("  " if content.startswith("- ") else ""),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    return "\n".join(lines)


def _print_skipped(console: Console, progress: RunProgress) -> None:
    by_reason: dict[tuple[Status, str], list[AssetName]] = {}
    for asset in progress.with_status(Status.SKIPPED, Status.CANCELED):
        by_reason.setdefault((asset.status, asset.reason), []).append(asset.asset)
    for (status, reason), names in by_reason.items():
        text = textwrap.fill(f"{status}: {', '.join(names)} ({reason})", PARAGRAPH)
        console.print(Text(text, "yellow"))
    if by_reason:
        console.print()


def _print_rerun(console: Console, progress: RunProgress) -> None:
    """Print the command that materializes the failed assets and everything downstream."""
    failed = progress.with_status(Status.FAILED)
    if not failed:
        return
    terms = [f'key:"{asset.asset}"+' for asset in failed]
    if len(terms) > NAMES_SHOWN:
        terms = sorted({f'code_location:"{asset.location}"+' for asset in failed})
    console.print("After the fix, materialize the failed assets and everything downstream:")
    console.print(Text(f"  platform run --select '{' or '.join(terms)}'\n"), soft_wrap=True)


def _print_first_rows(
    console: Console, environment: Environment, names: Sequence[AssetName]
) -> str | None:
    """Print the first rows of the first published tables; return the first table's name in SQL."""
    printed: list[str] = []
    try:
        with open_published(environment) as connection:
            tables = {f"{table[1]}/{table[2]}": table for table in published_tables(connection)}
            # Not every asset is a table.
            for name in [one for one in names if one in tables][:TABLES_SHOWN]:
                rows = connection.sql(f"from {quoted(*tables[name])} limit {ROWS_SHOWN}")
                console.print(f"[bold]{name}[/bold], first rows:")
                console.print(query_table(rows.columns, rows.fetchall()))
                console.print()
                printed.append(".".join(tables[name]))
    except WarehouseError as error:
        console.print(Text(str(error), "yellow"))
    return printed[0] if printed else None


def _print_next_commands(console: Console, environment: Environment, example: str | None) -> None:
    lines = Table.grid(padding=(0, 2))
    query = f" 'from {example} limit 10'" if example else ""
    lines.add_row(f"platform sql{query}", "query the published tables")
    lines.add_row("make dev", "Dagster's UI: asset graph, runs and logs")
    lines.add_row(str(environment.published_dir), "published files")
    if environment.reports_dir.is_dir():
        lines.add_row(str(environment.reports_dir), "charts and reports")
    console.print("[bold]Next steps[/bold]")
    console.print(lines)
