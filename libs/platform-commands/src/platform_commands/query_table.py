"""Rows of a query as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich import box
from rich.table import Table
from rich.text import Text

ROWS_SHOWN = 200
"""More rows than this are not shown: other formats have them all."""


def query_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table of the first rows: numbers to the right, nulls told apart from empty texts.

    Args:
        columns: Names.
        rows: As many values each.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, column in enumerate(columns):
        numbers = [row[position] for row in rows if row[position] is not None]
        right = bool(numbers) and all(_is_number(value) for value in numbers)
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold")
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: object) -> Text:
    if value is None:
        return Text("null", "dim")
    if isinstance(value, float):
        return Text(f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.2f}")  # noqa: PLR2004
    return Text(str(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
