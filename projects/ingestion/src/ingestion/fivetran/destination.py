"""Interface of the destinations that Fivetran writes to, read as of one point in time.

Every kind of destination returns Arrow batches, so the import does not depend on the kind. Another
kind (a warehouse with an ADBC driver) is one more class with the methods of `Destination`.
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
"""Time at which Fivetran last wrote the row, in UTC."""
DELETED = "_fivetran_deleted"
"""Whether the row was deleted at the source. Fivetran marks rows instead of deleting them."""
SURROGATE_KEY = "_fivetran_id"
"""Fivetran's key of a row whose source table has no key."""
ACTIVE = "_fivetran_active"
"""Replaces `DELETED` in history mode: whether the row is the current version at the source."""
START = "_fivetran_start"
"""Start of this version in history mode; part of the table's key."""
END = "_fivetran_end"
"""End of this version in history mode."""


FEW_THREADS = "set threads = least(4, current_setting('threads')::int)"
"""Each thread of DuckDB fills separate row groups; many would exceed the memory limit."""
UNBOUNDED_NUMERIC = "DECIMAL(38,18)"
"""For `numeric` without precision. More than 20 digits before the point are an error."""


@dataclass(frozen=True)
class Column:
    """A column of a destination's table."""

    name: str
    type: str
    """DuckDB's name of the type in the work file."""


@dataclass(frozen=True)
class Counts:
    """Numbers of rows of a table."""

    rows: int
    deleted: int
    """Rows marked as deleted at the source, or as a version that has ended."""


class Destination(Protocol):
    """An open destination. All results are as of the same point in time."""

    def columns(self, key: TableKey) -> list[Column]:
        """Return the columns of a table in order; empty if there is no such table."""

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the rows of a table, and those marked as deleted (see `gone`)."""

    def rows(
        self, key: TableKey, columns: Sequence[Column], since: datetime | None
    ) -> pa.RecordBatchReader:
        """Stream the rows that Fivetran wrote after `since`, or all rows."""


def gone(columns: Sequence[Column], alias: str = "") -> str:
    """Return the SQL condition that a row is deleted at the source; false if no column marks it.

    Args:
        columns: Columns of the table.
        alias: Alias of the table in the query.
    """
    names = {column.name for column in columns}
    prefix = f"{alias}." if alias else ""
    if DELETED in names:
        return f"coalesce({prefix}{quoted(DELETED)}, false)"
    return f"not coalesce({prefix}{quoted(ACTIVE)}, true)" if ACTIVE in names else "false"
