"""SQLite database files as a source."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_sqlite import StatementOptions, dbapi

from fivetran_local.adbc import READ_ERRORS, fetch_all
from fivetran_local.column_types import type_of_sqlite_declaration, wire_type
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import literal, quoted
from fivetran_local.sources.source import (
    HighWaterMark,
    SourceColumn,
    SourceTable,
    SyncSource,
    tables_of,
)

# Large enough to hide Arrow's cost per batch, small enough to use only a few megabytes.
_ROWS_PER_BATCH = 65_536

_COLUMNS = r"""
select t.name, c.name, c.type, c.pk
from sqlite_schema t join pragma_table_info(t.name) c
where t.type = 'table' and t.name not like 'sqlite\_%' escape '\'
order by t.name, c.cid
"""

_TYPE_MISMATCH = re.compile(r"Type mismatch in column (\d+): expected \S+ but got (\S+)")

# The write-ahead index starts with 96 bytes that change with every commit
# (https://www.sqlite.org/walformat.html, "The WAL-Index File Format").
_WAL_INDEX_HEADER_BYTES = 96


@dataclass(frozen=True, slots=True)
class SqliteDatabase(SyncSource):
    """One SQLite file, opened read-only."""

    path: Path
    schema_name: str
    """Name of the source's only schema."""

    def fingerprint(self) -> str | None:
        """Return the parts of the file's header and write-ahead index that a commit changes."""
        try:
            stat = self.path.stat()
            change_counter = _first_bytes(self.path, 28)[24:].hex()
        except OSError:
            return None
        try:
            wal = _first_bytes(Path(f"{self.path}-shm"), _WAL_INDEX_HEADER_BYTES).hex()
        except OSError:
            wal = ""
        return f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}-{change_counter}-{wal}"

    @contextmanager
    def snapshot(self) -> Iterator["SqliteSnapshot"]:
        """See `SyncSource.snapshot`."""
        if not self.path.is_file():
            raise SourceUnreachableError(
                f"{self.path}: no such file. Create the database, or fix 'path' in the declaration."
            )
        if not os.access(self.path, os.R_OK):
            raise SourceUnreachableError(f"{self.path}: permission denied.")
        try:
            # Autocommit is off: the first query begins the transaction of all queries.
            connection = dbapi.connect(f"{self.path.absolute().as_uri()}?mode=ro")
        except adbc_driver_manager.Error as error:
            raise SourceUnreachableError(f"{self.path}: {error}.") from error
        with connection:
            snapshot = SqliteSnapshot(connection, self.schema_name)
            try:
                snapshot.tables()
            except adbc_driver_manager.Error as error:
                raise SourceUnreachableError(f"{self.path}: {error}.") from error
            yield snapshot


@dataclass(frozen=True, slots=True)
class SqliteSnapshot:
    """One read transaction on a SQLite file."""

    connection: dbapi.Connection
    schema_name: str

    def tables(self) -> Sequence[SourceTable]:
        """See `SourceSnapshot.tables`."""
        return tables_of(
            (
                self.schema_name,
                table,
                SourceColumn(name, type_of_sqlite_declaration(type_), pk > 0),
            )
            for table, name, type_, pk in fetch_all(self.connection, _COLUMNS)
        )

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> pa.RecordBatchReader:
        """See `SourceSnapshot.rows`."""
        # The driver infers a column's type from its first rows. This first row has the right
        # types; `_batches` drops it.
        example = ", ".join(_example(column) for column in columns)
        select = ", ".join(_expression(column) for column in columns)
        cursor = self.connection.cursor(
            adbc_stmt_kwargs={StatementOptions.BATCH_ROWS.value: str(_ROWS_PER_BATCH)}
        )
        cursor.execute(
            f"select {example} union all"
            f" select {select} from {quoted(table.name)}"
            f" where {_condition(since) if since else 'true'}"
        )
        schema = pa.schema([(column.name, wire_type(column.type)) for column in columns])
        return pa.RecordBatchReader.from_batches(schema, _batches(cursor, table, schema))


def _first_bytes(file: Path, count: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(count)


def _batches(
    cursor: dbapi.Cursor, table: SourceTable, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    with cursor:
        try:
            reader = cursor.fetch_record_batch()
            for column, found in zip(schema, reader.schema.types, strict=True):
                if column.type != found:
                    raise _type_mismatch(table, column, f"values of type {found}")
            examples = 1
            for batch in reader:
                yield batch.slice(examples)
                examples = 0
        except READ_ERRORS as error:
            mismatch = _TYPE_MISMATCH.search(str(error))
            if mismatch is None:
                raise SourceDataError(f"{table.place} cannot be read: {error}.") from error
            raise _type_mismatch(table, schema.field(int(mismatch[1])), mismatch[2]) from error


def _type_mismatch(table: SourceTable, column: pa.Field, found: str) -> SourceDataError:
    return SourceDataError(
        f"{table.place}.{column.name} is declared as {column.type}, but holds {found}. "
        "Fix the values in the source, or declare the column as text."
    )


def _example(column: SourceColumn) -> str:
    value = {"BIGINT": "0", "DOUBLE": "0.0", "BLOB": "x''"}.get(column.type, "''")
    return f"{value} as {quoted(column.name)}"


def _expression(column: SourceColumn) -> str:
    """Return the SQL that reads a column in its wire type: as text if a cast follows."""
    name = quoted(column.name)
    return f"cast({name} as text)" if wire_type(column.type) == pa.string() else name


def _condition(since: HighWaterMark) -> str:
    """Return a condition that keeps every row at or above the mark.

    Timestamps are text in any ISO form: `10:00:00Z` sorts after `10:00:00.5Z`, a blank before a
    `T`, an offset anywhere. So the comparison as text, which can use an index, is by day and a day
    early; `julianday` compares the rest, a second early because it is exact to milliseconds only.
    Rows without a value are always read: nothing else would detect their changes.
    """
    name = quoted(since.column.name)
    value = literal(since.value)
    if since.column.type in {"TIMESTAMP", "TIMESTAMPTZ"}:
        by_day = f"{name} >= date({value}, '-1 day')"
        # Text that SQLite cannot parse (`10:00:00+00`) counts as above the mark.
        by_second = f"coalesce(julianday({name}) >= julianday({value}, '-1 second'), true)"
        return f"({name} is null or ({by_day} and {by_second}))"
    if since.column.type in {"BIGINT", "DOUBLE"} or since.column.type.startswith("DECIMAL"):
        value = f"cast({value} as numeric)"
    return f"({name} is null or {name} >= {value})"
