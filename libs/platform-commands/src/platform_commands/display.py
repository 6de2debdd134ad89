"""The board while it changes: a live table in a terminal, a line per change elsewhere."""

from __future__ import annotations

import textwrap
import time
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from platform_commands.board import Board, Standing, State
from platform_commands.graph import AssetName

PLAIN_WIDTH = 160
"""Columns of tables that go to a file or another program."""
REASON_WIDTH = 160
"""Characters of a failure's reason in the line of an asset."""
BACKFILL_SECONDS = 10
"""How often a log is told how far a range of partitions is."""
STYLES = {
    State.WAITING: "dim",
    State.RUNNING: "bold cyan",
    State.DONE: "green",
    State.FAILED: "bold red",
    State.SKIPPED: "yellow",
    State.STOPPED: "magenta",
}
MARKS = {
    State.WAITING: "·",
    State.RUNNING: "▸",
    State.DONE: "✓",
    State.FAILED: "✗",
    State.SKIPPED: "↷",
    State.STOPPED: "■",
}


class Display(Protocol, AbstractContextManager["Display"]):
    """Shows a board while it is entered."""

    def update(self) -> None:
        """Look at the board and show what has changed."""
        ...


def new_console(*, errors: bool = False) -> Console:
    """The terminal, or a wide plain page if there is none."""
    console = Console(stderr=errors, highlight=False)
    if not console.is_terminal:
        console = Console(stderr=errors, highlight=False, width=PLAIN_WIDTH)
    return console


def display_of(board: Board, console: Console) -> LiveTable | PlainLines:
    """The display that suits the output."""
    return LiveTable(board, console) if console.is_terminal else PlainLines(board, console)


def board_table(board: Board, *, now: float, lines: int | None = None) -> Table:
    """The board as a table.

    Args:
        board: What to show.
        now: Seconds since the epoch, for what still runs.
        lines: How many assets fit; what waits and what is done gives way first.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("asset", overflow="fold")
    table.add_column("code location")
    table.add_column("state")
    for title in ("rows", "seconds", "checks"):
        table.add_column(title, justify="right")
    shown = list(board.standings.values())
    if lines is not None and len(shown) > lines:
        urgent = sorted(shown, key=_urgency)[: max(1, lines - 1)]
        kept = {standing.asset for standing in urgent}
        hidden = [standing for standing in shown if standing.asset not in kept]
        shown = [standing for standing in shown if standing.asset in kept]
        table.caption = _counts(hidden) + " not shown"
        table.caption_justify = "left"
    for standing in shown:
        table.add_row(
            standing.asset,
            standing.location,
            Text(f"{MARKS[standing.state]} {state_told(standing)}", STYLES[standing.state]),
            "" if standing.rows is None else f"{standing.rows:,}",
            seconds_told(standing, now),
            checks_told(standing),
        )
    return table


class LiveTable:
    """The whole board, redrawn in place."""

    def __init__(self, board: Board, console: Console) -> None:
        self._board = board
        self._console = console
        self._live = Live(
            get_renderable=self._draw, console=console, refresh_per_second=5, transient=True
        )

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.__exit__(exception_type, exception_value, traceback)

    def update(self) -> None:
        """Nothing to do: the table is drawn five times a second from the board as it is."""

    def _draw(self) -> Table:
        return board_table(self._board, now=time.time(), lines=self._console.height - 3)


class PlainLines:
    """A line for each change of an asset's state, for logs."""

    def __init__(self, board: Board, console: Console) -> None:
        self._board = board
        self._console = console
        self._known = {standing.asset: standing.state for standing in board.standings.values()}
        self._told_at: dict[AssetName, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def update(self) -> None:
        """Print what has changed since the last time, and how long backfills go on."""
        now = time.monotonic()
        for standing in self._board.standings.values():
            name = standing.asset
            going_on = standing.state is State.RUNNING and standing.partitions > 1
            late = now - self._told_at.get(name, now) >= BACKFILL_SECONDS
            if standing.state is not self._known[name] or (going_on and late):
                self._known[name] = standing.state
                self._told_at[name] = now
                self._console.print(_line(standing), soft_wrap=True, markup=False)


def state_told(standing: Standing) -> str:
    """The state, with the partitions done so far where there are any."""
    if standing.partitions > 1:
        return f"{standing.state} ({standing.partitions_done}/{standing.partitions} partitions)"
    return str(standing.state)


def seconds_told(standing: Standing, now: float) -> str:
    """How long the step took or takes."""
    seconds = standing.seconds(now)
    return "" if seconds is None else f"{seconds:.1f}"


def checks_told(standing: Standing) -> str:
    """Checks passed and failed."""
    if standing.checks_failed:
        return f"{standing.checks_passed} passed, {standing.checks_failed} failed"
    return f"{standing.checks_passed} passed" if standing.checks_passed else ""


def _urgency(standing: Standing) -> int:
    order = [State.RUNNING, State.FAILED, State.STOPPED, State.SKIPPED, State.WAITING, State.DONE]
    return order.index(standing.state)


def _counts(standings: list[Standing]) -> str:
    counts = {state: sum(standing.state is state for standing in standings) for state in MARKS}
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)


def _line(standing: Standing) -> str:
    parts = [
        f"{datetime.now().astimezone():%H:%M:%S}",
        f"{standing.state:8}",
        f"{standing.asset} ({standing.location})",
    ]
    if standing.partitions:
        parts.append(f"{standing.partitions_done}/{standing.partitions} partitions")
    if standing.rows is not None:
        parts.append(f"{standing.rows:,} rows")
    if standing.state.final and standing.started_at is not None:
        parts.append(f"{seconds_told(standing, time.time())} s")
    if checks_told(standing):
        parts.append(f"checks: {checks_told(standing)}")
    if standing.reason:
        # Several assets of one step say the same; the whole of it stands at the end, once.
        parts.append(f"- {textwrap.shorten(standing.reason, REASON_WIDTH, placeholder=' …')}")
    return "  ".join(parts)
