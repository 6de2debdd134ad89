"""What a sync asks of any source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column as the source describes it."""

    name: str
    type: str
    """In the vocabulary of `column_types`."""
    is_primary_key: bool = False


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table as the source describes it."""

    schema_name: str
    name: str
    columns: tuple[SourceColumn, ...]

    @property
    def place(self) -> str:
        """Name the table in messages."""
        return f"{self.schema_name}.{self.name}"

    def column(self, name: str) -> SourceColumn:
        """Return one column by name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows that lie in files which any DuckDB reads by itself.

    Where a DuckDB writes the rows too, each value is copied once less than through a stream: a
    fifth of a first sync's time.
    """

    query: str
    """In DuckDB's words; names every file by its path."""
    columns: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HighWaterMark:
    """Up to where a table has been read: the largest value seen of a column that only grows."""

    column: SourceColumn
    value: str
    """As text; timestamps in UTC as `2024-01-01T10:00:00.000000Z`."""


Rows: TypeAlias = "pa.RecordBatchReader | FileRows"
"""Of a table: a stream, or where they can be read."""


class Snapshot(Protocol):
    """One consistent view of a source: all that a sync reads, it reads from the same moment."""

    def tables(self) -> Sequence[SourceTable]:
        """Return every table that can be synced, in a stable order."""

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> Rows:
        """Offer the rows of a table.

        Args:
            table: The table.
            columns: Which columns, in this order; the rows have them under these names, in
                their types or as text that DuckDB casts to them.
            since: Leave out rows that are provably below the mark. A source may return more than
                asked for: rows that are known already change nothing.
        """


class Source(Protocol):
    """A place that rows come from."""

    def check(self) -> None:
        """Find out whether the source answers.

        Raises:
            SourceUnreachableError: It does not; the message says what to mend.
        """

    def fingerprint(self) -> str | None:
        """Return a value that changes whenever anything in the source changes; None if unknown."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a consistent view of the source.

        Raises:
            SourceUnreachableError: The source does not answer.
        """
