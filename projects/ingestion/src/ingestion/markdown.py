"""The first rows of a table, as Markdown for Dagster's UI."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST_CELL = 80


def first_rows(table: pa.Table, rows: int) -> str:
    """Return up to `rows` rows of an Arrow table as a Markdown table, long cells cut.

    Args:
        table: Any Arrow table.
        rows: At most how many of its first rows are shown.
    """
    lines = [table.column_names, ["---"] * table.num_columns]
    lines += [[_cell(value) for value in row.values()] for row in table.slice(0, rows).to_pylist()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    """A value on one line: what would end the cell or the row is escaped."""
    text = "" if value is None else str(value)
    text = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
