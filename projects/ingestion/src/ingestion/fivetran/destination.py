"""What is asked of the place that Fivetran writes to, at one point in time.

The same few questions are asked of every kind of destination, and each answers with Arrow batches,
so what happens to the rows afterwards does not know which kind it was. A further kind (another
warehouse with an ADBC driver) is one more class with the methods of `Destination`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pyarrow as pa

    from warehouse import TableKey

SYNCED = "_fivetran_synced"
"""When Fivetran last wrote the row, as a time in UTC."""
DELETED = "_fivetran_deleted"
"""Whether the row is gone at the source: Fivetran marks rows, it does not delete them."""
SURROGATE_KEY = "_fivetran_id"
"""Fivetran's own key of a row whose table has none."""
ACTIVE = "_fivetran_active"
"""In place of `DELETED` in history mode: whether the row is the source's current version."""
START = "_fivetran_start"
"""In history mode, since when the source had this version: a part of the table's key."""
END = "_fivetran_end"
"""In history mode, until when it had it."""


FEW_THREADS = "set threads = least(4, current_setting('threads')::int)"
"""Every thread of DuckDB fills row groups of its own: many would not fit a limit of memory."""
UNBOUNDED_NUMERIC = "DECIMAL(38,18)"
"""For `numeric` without a precision: more than 20 digits before the point are an error."""


@dataclass(frozen=True)
class Column:
    """A column of a destination's table."""

    name: str
    type: str
    """DuckDB's name of the type that the column has in the work file."""


@dataclass(frozen=True)
class Counts:
    """How many rows a table has."""

    rows: int
    deleted: int
    """Of these, how many are marked as gone at the source, or as a version that has ended."""


class Destination(Protocol):
    """An open destination; every answer is as of the same point in time."""

    def columns(self, key: TableKey) -> list[Column]:
        """Name the table's columns in their order; none where there is no such table."""

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the table's rows, and those that are gone as the columns tell (`gone`)."""

    def rows(
        self, key: TableKey, columns: Sequence[Column], since: datetime | None
    ) -> pa.RecordBatchReader:
        """Stream the rows that Fivetran wrote after `since`, or all of them."""


def gone(columns: Sequence[Column], alias: str = "") -> str:
    """Return the SQL condition that a row is gone at the source; false where nothing marks it.

    Args:
        columns: The table's.
        alias: The table's in the query.
    """
    names = {column.name for column in columns}
    prefix = f"{alias}." if alias else ""
    if DELETED in names:
        return f"coalesce({prefix}{quoted(DELETED)}, false)"
    return f"not coalesce({prefix}{quoted(ACTIVE)}, true)" if ACTIVE in names else "false"
