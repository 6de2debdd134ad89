"""PostgreSQL as a source, read by COPY through ADBC."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_manager import dbapi

from fivetran_local.adbc import READ_ERRORS, connect_to_postgres, fetch_all
from fivetran_local.column_types import NATIVE_TYPES, type_of_postgres
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import literal, quoted
from fivetran_local.sources.source import (
    HighWaterMark,
    SourceColumn,
    SourceTable,
    SyncSource,
    tables_of,
)

_COLUMNS = """
select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       coalesce(a.attnum = any(p.conkey), false)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_constraint p on p.conrelid = c.oid and p.contype = 'p'
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ({schemas})
order by n.nspname, c.relname, a.attnum
"""

# A writer gets a transaction number first, which moves the snapshot's upper end; the snapshot
# lists open transactions until they end. The log's position is less precise: checkpoints move it
# too. A restored backup reuses transaction numbers, on another timeline or in another system.
_FINGERPRINT = """
select pg_current_snapshot()::text || ' ' || (pg_control_checkpoint()).timeline_id
    || ' ' || (pg_control_system()).system_identifier
"""


@dataclass(frozen=True, slots=True)
class PostgresDatabase(SyncSource):
    """Schemas of one PostgreSQL database."""

    dsn: str = field(repr=False)
    """libpq connection string or URI, with its password: never shown."""
    schema_names: Sequence[str]
    """The schemas to read."""

    def fingerprint(self) -> str | None:
        """Return the number of the last transaction and those of open transactions."""
        try:
            with connect_to_postgres(self.dsn) as connection:
                [(found,)] = fetch_all(connection, _FINGERPRINT)
        except (SourceUnreachableError, adbc_driver_manager.Error):
            # Without the permission every sync compares the rows.
            return None
        return str(found)

    @contextmanager
    def snapshot(self) -> Iterator["PostgresSnapshot"]:
        """See `SyncSource.snapshot`."""
        with connect_to_postgres(self.dsn) as connection:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
                cursor.execute("set local timezone = 'UTC'")
            yield PostgresSnapshot(connection, self.schema_names)


@dataclass(frozen=True, slots=True)
class PostgresSnapshot:
    """One repeatable-read transaction."""

    connection: dbapi.Connection
    schema_names: Sequence[str]

    def tables(self) -> Sequence[SourceTable]:
        """See `SourceSnapshot.tables`."""
        schemas = ", ".join(map(literal, self.schema_names))
        return tables_of(
            (schema, table, SourceColumn(column, type_of_postgres(type_), is_key))
            for schema, table, column, type_, is_key in fetch_all(
                self.connection, _COLUMNS.format(schemas=schemas)
            )
        )

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> pa.RecordBatchReader:
        """See `SourceSnapshot.rows`."""
        select = ", ".join(_expression(column) for column in columns)
        condition = "true"
        if since is not None:
            name = quoted(since.column.name)
            condition = f"({name} is null or {name} >= {literal(since.value)})"
        cursor = self.connection.cursor()
        cursor.execute(
            f"select {select} from {quoted(table.schema_name, table.name)} where {condition}"
        )
        reader = cursor.fetch_record_batch()
        return pa.RecordBatchReader.from_batches(reader.schema, _batches(cursor, reader, table))


def _batches(
    cursor: dbapi.Cursor, reader: pa.RecordBatchReader, table: SourceTable
) -> Iterator[pa.RecordBatch]:
    with cursor:
        try:
            yield from reader
        except READ_ERRORS as error:
            raise SourceDataError(f"{table.place} cannot be read: {error}.") from error


def _expression(column: SourceColumn) -> str:
    name = quoted(column.name)
    if column.type == "JSON":
        return f"to_json({name})::text as {name}"
    if column.type in NATIVE_TYPES:
        return name
    return f"{name}::text as {name}"
