"""The interface of all sources."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Protocol, TypeAlias

import pyarrow as pa

from fivetran_local.declaration import TableDeclaration
from fivetran_local.errors import SourceDataError
from fivetran_local.names import did_you_mean


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column in the source."""

    name: str
    type: str
    """One of the types in `column_types`."""
    is_primary_key: bool = False


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table in the source."""

    schema_name: str
    name: str
    columns: tuple[SourceColumn, ...]

    @property
    def place(self) -> str:
        """The table's name in messages."""
        return f"{self.schema_name}.{self.name}"

    def column(self, name: str) -> SourceColumn:
        """Return one column by name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows in files that any DuckDB connection can read.

    If DuckDB also writes the rows, this copies each value once less than a stream: a fifth of a
    first sync's time.
    """

    query: str
    """DuckDB query; it names every file by its path."""
    columns: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HighWaterMark:
    """The largest value read so far of a column that only grows."""

    column: SourceColumn
    value: str
    """As text; timestamps in UTC as `2024-01-01T10:00:00.000000Z`."""


Rows: TypeAlias = pa.RecordBatchReader | FileRows
"""Rows of a table: a stream, or the files that contain them."""


class SourceSnapshot(Protocol):
    """A consistent view of a source: a sync reads all tables from the same moment."""

    def tables(self) -> Sequence[SourceTable]:
        """Return every table that can be synced, in a stable order."""

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> Rows:
        """Return the rows of a table.

        Args:
            table: The table.
            columns: The columns of the result, in this order. Values have the columns' types, or
                are text that DuckDB casts to them.
            since: Leave out rows that are provably below the mark. A source may return more rows:
                known rows change nothing.
        """


class SyncSource(ABC):
    """A source of rows."""

    def check(self) -> None:
        """Check whether the source answers.

        Raises:
            SourceUnreachableError: It does not; the message contains the fix.
        """
        with self.snapshot():
            pass

    @abstractmethod
    def fingerprint(self) -> str | None:
        """Return a value that changes whenever anything in the source changes; None if unknown."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[SourceSnapshot]:
        """Open a consistent view of the source.

        Raises:
            SourceUnreachableError: The source does not answer.
        """


def tables_of(columns: Iterable[tuple[str, str, SourceColumn]]) -> list[SourceTable]:
    """Group columns into tables.

    Args:
        columns: Schema, table and column; those of one table follow each other.
    """
    return [
        SourceTable(schema, name, tuple(column for *_, column in group))
        for (schema, name), group in itertools.groupby(columns, itemgetter(0, 1))
    ]


def with_declared_keys(
    tables: Iterable[SourceTable], declared: Mapping[str, TableDeclaration]
) -> list[SourceTable]:
    """Return the tables with their declared primary keys.

    Raises:
        SourceDataError: The declaration names a column that a table does not have.
    """
    return [_with_declared_key(table, declared.get(table.name)) for table in tables]


def _with_declared_key(table: SourceTable, declared: TableDeclaration | None) -> SourceTable:
    if declared is None:
        return table
    present = [column.name for column in table.columns]
    for name in (*declared.primary_key, declared.high_water_mark):
        if name is not None and name not in present:
            hint = did_you_mean(name, present, otherwise=f"it has: {', '.join(present)}.")
            raise SourceDataError(
                f"{table.place} has no column '{name}', which the declaration names; {hint}"
            )
    if not declared.primary_key:
        return table
    return replace(
        table,
        columns=tuple(
            replace(column, is_primary_key=column.name in declared.primary_key)
            for column in table.columns
        ),
    )
