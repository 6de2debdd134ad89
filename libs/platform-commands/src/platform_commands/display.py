"""The progress of a run: a live table in a terminal, one line for each change elsewhere."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from platform_commands.asset_graph import AssetName
from platform_commands.progress import AssetProgress, RunProgress, Status

PLAIN_WIDTH = 160
"""Width of tables outside a terminal, in characters."""
REASON_WIDTH = 160
"""Characters of an error message in the line of an asset."""
PARTITION_SECONDS = 10
"""Seconds between two lines about the partitions of one asset."""
MARKS = {
    Status.RUNNING: ("▸", "bold cyan"),
    Status.FAILED: ("✗", "bold red"),
    Status.CANCELED: ("■", "magenta"),
    Status.SKIPPED: ("↷", "yellow"),
    Status.WAITING: ("·", "dim"),
    Status.DONE: ("✓", "green"),
}
"""Symbol and style of each status. A table with too many assets shows the first statuses."""


def new_console() -> Console:
    """Return a console for standard output, with a wide page outside a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


@contextmanager
def progress_display(progress: RunProgress, console: Console) -> Iterator[Callable[[], None]]:
    """Display the progress until the context ends; call the result after each change."""
    if not console.is_terminal:
        yield PlainLines(progress, console).update
        return

    def table() -> Table:
        return progress_table(progress, now=time.time(), lines=console.height - 3)

    with Live(get_renderable=table, console=console, refresh_per_second=5, transient=True):
        yield lambda: None


def progress_table(progress: RunProgress, *, now: float, lines: int | None = None) -> Table:
    """Return the progress as a table.

    Args:
        progress: The progress.
        now: The time, in seconds since the epoch.
        lines: Number of assets that fit; assets that wait or are done are omitted first.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("asset", overflow="fold")
    table.add_column("code location")
    table.add_column("status")
    for title in ("rows", "seconds", "checks"):
        table.add_column(title, justify="right")
    shown = list(progress.assets.values())
    if lines is not None and len(shown) > lines:
        urgent = sorted(shown, key=lambda asset: list(MARKS).index(asset.status))
        kept = {asset.asset for asset in urgent[: max(1, lines - 1)]}
        hidden = [asset.status for asset in shown if asset.asset not in kept]
        shown = [asset for asset in shown if asset.asset in kept]
        counts = [f"{hidden.count(status)} {status}" for status in MARKS if status in hidden]
        table.caption, table.caption_justify = f"{', '.join(counts)} not shown", "left"
    for asset in shown:
        symbol, style = MARKS[asset.status]
        partitions = f" ({_partitions(asset)})" if asset.partitions > 1 else ""
        table.add_row(
            asset.asset,
            asset.location,
            Text(f"{symbol} {asset.status}{partitions}", style),
            "" if asset.rows is None else f"{asset.rows:,}",
            _seconds(asset, now),
            _checks(asset),
        )
    return table


class PlainLines:
    """Prints one line for each change of an asset's status, for logs."""

    def __init__(self, progress: RunProgress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._printed = {name: asset.status for name, asset in progress.assets.items()}
        self._printed_at: dict[AssetName, float] = {}

    def update(self) -> None:
        """Print the changes since the last call, and from time to time the partitions done."""
        now = time.monotonic()
        for name, asset in self._progress.assets.items():
            due = now - self._printed_at.get(name, now) >= PARTITION_SECONDS
            of_range = asset.status is Status.RUNNING and asset.partitions > 1
            if asset.status is not self._printed[name] or (of_range and due):
                self._printed[name] = asset.status
                self._printed_at[name] = now
                self._console.print(_line(asset), soft_wrap=True, markup=False)


def _line(asset: AssetProgress) -> str:
    parts = [
        f"{datetime.now().astimezone():%H:%M:%S}",
        f"{asset.status:8}",
        f"{asset.asset} ({asset.location})",
    ]
    if asset.partitions:
        parts.append(_partitions(asset))
    if asset.rows is not None:
        parts.append(f"{asset.rows:,} rows")
    if asset.status.final and asset.started_at is not None:
        parts.append(f"{_seconds(asset, time.time())} s")
    if _checks(asset):
        parts.append(f"checks: {_checks(asset)}")
    if asset.reason:
        # Assets of one step have the same reason; the report at the end contains it completely.
        parts.append(f"- {textwrap.shorten(asset.reason, REASON_WIDTH, placeholder=' …')}")
    return "  ".join(parts)


def _partitions(asset: AssetProgress) -> str:
    return f"{asset.partitions_done:,}/{asset.partitions:,} partitions"


def _seconds(asset: AssetProgress, now: float) -> str:
    seconds = asset.seconds(now)
    return "" if seconds is None else f"{seconds:.1f}"


def _checks(asset: AssetProgress) -> str:
    if asset.checks_failed:
        return f"{asset.checks_passed} passed, {asset.checks_failed} failed"
    return f"{asset.checks_passed} passed" if asset.checks_passed else ""
