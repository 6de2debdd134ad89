"""Previews of tables as Markdown, for Dagster's UI."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

_MAX_CELL = 80


def first_rows(table: pa.Table, rows: int, shown: Callable[[str, object], object]) -> str:
    """Return the first rows of an Arrow table as a Markdown table, with long cells cut.

    Args:
        table: An Arrow table.
        rows: Maximum number of rows.
        shown: Returns what is shown of a value, from the name of its column and the value.
    """
    lines = [table.column_names, ["---"] * table.num_columns]
    lines += [
        [_cell(shown(name, value)) for name, value in row.items()]
        for row in table.slice(0, rows).to_pylist()
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    """Return a value on one line, with characters escaped that would end the cell or row."""
    text = "" if value is None else str(value)
    text = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"
