"""SQLite database files as a source."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from fivetran_local.column_types import arrow_column, type_of_sqlite_declaration, wire_type
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import quoted
from fivetran_local.sources.source import HighWaterMark, SourceColumn, SourceTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Large enough that Arrow's cost per batch does not show, small enough to stay a few megabytes.
_ROWS_PER_BATCH = 20_000

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
        # DuckDB pulls batches from a thread of its own; only one thread reads at a time.
        with closing(
            sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=30.0,
            )
        ) as connection:
            try:
                connection.execute("begin")
                connection.execute("select count(*) from sqlite_schema").fetchone()
            except sqlite3.DatabaseError as error:
                raise SourceUnreachableError(f"{self._path}: {error}.") from error
            yield SqliteSnapshot(connection, self._schema_name)


class SqliteSnapshot:
    """One read transaction on a SQLite file."""

    def __init__(self, connection: sqlite3.Connection, schema_name: str) -> None:
        self._connection = connection
        self._schema_name = schema_name

    def tables(self) -> Sequence[SourceTable]:
        """See `Snapshot.tables`."""
        names = self._connection.execute(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%'"
            " escape '\\' order by name"
        ).fetchall()
        return [
            SourceTable(self._schema_name, name, columns)
            for (name,) in names
            if (columns := self._columns(name))
        ]

    def _columns(self, table: str) -> tuple[SourceColumn, ...]:
        found = self._connection.execute(
            "select name, type, pk from pragma_table_info(?) order by cid", (table,)
        ).fetchall()
        return tuple(
            SourceColumn(name, type_of_sqlite_declaration(declared), is_primary_key=pk > 0)
            for name, declared, pk in found
        )

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> pa.RecordBatchReader:
        """See `Snapshot.rows`."""
        condition, parameters = _condition(since) if since else ("true", ())
        select = ", ".join(_expression(column) for column in columns)
        cursor = self._connection.execute(
            f"select {select} from {quoted(table.name)} where {condition}",
            parameters,
        )
        schema = pa.schema([(column.name, wire_type(column.type)) for column in columns])
        return pa.RecordBatchReader.from_batches(schema, _batches(cursor, table, columns, schema))


def _batches(
    cursor: sqlite3.Cursor, table: SourceTable, columns: Sequence[SourceColumn], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    while rows := _fetch(cursor, table):
        arrays = [
            arrow_column(values, column.type, f"{table.place}.{column.name}")
            for column, values in zip(columns, zip(*rows, strict=True), strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _fetch(cursor: sqlite3.Cursor, table: SourceTable) -> list[tuple[object, ...]]:
    try:
        return cursor.fetchmany(_ROWS_PER_BATCH)
    except sqlite3.Error as error:  # a broken page, or bytes in a text column that are not UTF-8
        raise SourceDataError(f"{table.place} cannot be read: {error}.") from error


def _expression(column: SourceColumn) -> str:
    """Return the SQL that reads a column in its wire type: as text where a cast follows."""
    name = quoted(column.name)
    if wire_type(column.type) == pa.string():
        return f"cast({name} as text)"
    return name


def _condition(since: HighWaterMark) -> tuple[str, tuple[str | int | float, ...]]:
    """Return a condition that keeps every row at or above the mark, with its parameters.

    Timestamps are text of any ISO form: `10:00:00Z` sorts after `10:00:00.5Z`, a blank before a
    `T`, an offset anywhere. So text decides only by day, a day early, where an index can help;
    `julianday` decides the rest, a second early because it knows milliseconds only. Rows without
    a mark are always read: nothing else would ever notice them.
    """
    name = quoted(since.column.name)
    if since.column.type in {"TIMESTAMP", "TIMESTAMPTZ"}:
        by_day = f"{name} >= date(?, '-1 day')"
        by_second = f"julianday({name}) >= julianday(?, '-1 second')"
        parameters = (since.value, since.value)
        return f"({name} is null or ({by_day} and {by_second}))", parameters
    value: str | int | float = since.value
    if since.column.type == "BIGINT":
        value = int(since.value)
    elif since.column.type == "DOUBLE" or since.column.type.startswith("DECIMAL"):
        value = float(since.value)
    return f"({name} is null or {name} >= ?)", (value,)
