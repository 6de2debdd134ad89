"""SQLite database files as a source."""

from __future__ import annotations

import os
import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_sqlite import StatementOptions, dbapi

from fivetran_local.column_types import type_of_sqlite_declaration, wire_type
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import literal, quoted
from fivetran_local.sources.source import HighWaterMark, SourceColumn, SourceTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Large enough that Arrow's cost per batch does not show, small enough to stay a few megabytes.
_ROWS_PER_BATCH = 65_536

_TYPE_MISMATCH = re.compile(r"Type mismatch in column (\d+): expected \S+ but got (\S+)")

# The write-ahead index starts with 96 bytes that change with every commit
# (https://www.sqlite.org/walformat.html, "The WAL-Index File Format").
_WAL_INDEX_HEADER_BYTES = 96


class SqliteDatabase:
    """One SQLite file, opened read-only."""

    def __init__(self, path: Path, schema_name: str) -> None:
        """Describe the source; nothing is opened.

        Args:
            path: The database file.
            schema_name: What to call its one schema.
        """
        self._path = path
        self._schema_name = schema_name

    def check(self) -> None:
        """See `Source.check`."""
        with self.snapshot():
            pass

    def fingerprint(self) -> str | None:
        """Return what changes with every commit: the file's header, or the write-ahead index."""
        try:
            stat = self._path.stat()
            with self._path.open("rb") as file:
                change_counter = file.read(28)[24:].hex()
        except OSError:
            return None
        wal_index = Path(f"{self._path}-shm")
        try:
            with wal_index.open("rb") as file:
                wal = file.read(_WAL_INDEX_HEADER_BYTES).hex()
        except OSError:
            wal = ""
        return f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}-{change_counter}-{wal}"

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSnapshot]:
        """See `Source.snapshot`."""
        if not self._path.is_file():
            raise SourceUnreachableError(
                f"{self._path}: no such file. Make the database, or mend 'path' in the declaration."
            )
        if not os.access(self._path, os.R_OK):
            raise SourceUnreachableError(f"{self._path}: this user may not read it.")
        try:
            # Autocommit is off: the first query begins the transaction that all others read in.
            connection = dbapi.connect(f"{self._path.absolute().as_uri()}?mode=ro")
        except adbc_driver_manager.Error as error:
            raise SourceUnreachableError(f"{self._path}: {error}.") from error
        with closing(connection):
            snapshot = SqliteSnapshot(connection, self._schema_name)
            try:
                snapshot.tables()
            except adbc_driver_manager.Error as error:
                raise SourceUnreachableError(f"{self._path}: {error}.") from error
            yield snapshot


class SqliteSnapshot:
    """One read transaction on a SQLite file."""

    def __init__(self, connection: dbapi.Connection, schema_name: str) -> None:
        self._connection = connection
        self._schema_name = schema_name

    def tables(self) -> Sequence[SourceTable]:
        """See `Snapshot.tables`."""
        names = self._query(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%'"
            " escape '\\' order by name"
        )
        return [
            SourceTable(self._schema_name, name, columns)
            for (name,) in names
            if (columns := self._columns(name))
        ]

    def _columns(self, table: str) -> tuple[SourceColumn, ...]:
        found = self._query(
            f"select name, type, pk from pragma_table_info({literal(table)}) order by cid"
        )
        return tuple(
            SourceColumn(name, type_of_sqlite_declaration(declared), is_primary_key=pk > 0)
            for name, declared, pk in found
        )

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> pa.RecordBatchReader:
        """See `Snapshot.rows`."""
        # The driver takes a column's type from its first rows. This row says what it is; it is
        # dropped again below.
        example = ", ".join(_example(column) for column in columns)
        select = ", ".join(_expression(column) for column in columns)
        cursor = self._connection.cursor(
            adbc_stmt_kwargs={StatementOptions.BATCH_ROWS.value: str(_ROWS_PER_BATCH)}
        )
        cursor.execute(
            f"select {example} union all"
            f" select {select} from {quoted(table.name)}"
            f" where {_condition(since) if since else 'true'}"
        )
        schema = pa.schema([(column.name, wire_type(column.type)) for column in columns])
        return pa.RecordBatchReader.from_batches(schema, _batches(cursor, table, schema))

    def _query(self, query: str) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()


def _batches(
    cursor: dbapi.Cursor, table: SourceTable, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    with cursor:
        try:
            reader = cursor.fetch_record_batch()
            for column, found in zip(schema, reader.schema.types, strict=True):
                if column.type != found:
                    raise _wrong_type(table, column, f"values of type {found}")
            examples = 1
            for batch in reader:
                yield batch.slice(examples)
                examples = 0
        except (OSError, pa.ArrowException, adbc_driver_manager.Error) as error:
            mismatch = _TYPE_MISMATCH.search(str(error))
            if mismatch is None:
                raise SourceDataError(f"{table.place} cannot be read: {error}.") from error
            raise _wrong_type(table, schema.field(int(mismatch[1])), mismatch[2]) from error


def _wrong_type(table: SourceTable, column: pa.Field, found: str) -> SourceDataError:
    return SourceDataError(
        f"{table.place}.{column.name} is declared as {column.type}, but holds {found}. "
        "Mend the values in the source, or declare the column as text."
    )


def _example(column: SourceColumn) -> str:
    value = {"BIGINT": "0", "DOUBLE": "0.0", "BLOB": "x''"}.get(column.type, "''")
    return f"{value} as {quoted(column.name)}"


def _expression(column: SourceColumn) -> str:
    """Return the SQL that reads a column in its wire type: as text where a cast follows."""
    name = quoted(column.name)
    if wire_type(column.type) == pa.string():
        return f"cast({name} as text)"
    return name


def _condition(since: HighWaterMark) -> str:
    """Return a condition that keeps every row at or above the mark.

    Timestamps are text of any ISO form: `10:00:00Z` sorts after `10:00:00.5Z`, a blank before a
    `T`, an offset anywhere. So text decides only by day, a day early, where an index can help;
    `julianday` decides the rest, a second early because it knows milliseconds only. Rows without
    a mark are always read: nothing else would ever notice them.
    """
    name = quoted(since.column.name)
    value = literal(since.value)
    if since.column.type in {"TIMESTAMP", "TIMESTAMPTZ"}:
        by_day = f"{name} >= date({value}, '-1 day')"
        # No text that only the destination understands (`10:00:00+00`) may pass as "below".
        by_second = f"coalesce(julianday({name}) >= julianday({value}, '-1 second'), true)"
        return f"({name} is null or ({by_day} and {by_second}))"
    if since.column.type in {"BIGINT", "DOUBLE"} or since.column.type.startswith("DECIMAL"):
        value = f"cast({value} as numeric)"
    return f"({name} is null or {name} >= {value})"
