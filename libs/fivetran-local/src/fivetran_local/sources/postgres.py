"""PostgreSQL as a source, read by COPY through ADBC."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import adbc_driver_manager
import pyarrow as pa

from fivetran_local.column_types import NATIVE_TYPES, type_of_postgres
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import literal, quoted
from fivetran_local.postgres_server import connected
from fivetran_local.sources.source import HighWaterMark, SourceColumn, SourceTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adbc_driver_manager import dbapi

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

# Whoever writes gets a transaction number first, which moves the snapshot's upper end; one that was
# open is listed in it until it ends. The log's position says less: checkpoints move it too. A
# restored backup counts its transactions again, on another timeline or in another system.
_FINGERPRINT = """
select pg_current_snapshot()::text || ' ' || (pg_control_checkpoint()).timeline_id
    || ' ' || (pg_control_system()).system_identifier
"""


class PostgresDatabase:
    """Some schemas of one PostgreSQL database."""

    def __init__(self, dsn: str, schema_names: Sequence[str]) -> None:
        """Describe the source; nothing is opened.

        Args:
            dsn: A libpq connection string or URI, with its password: never shown.
            schema_names: Which schemas to read.
        """
        self._dsn = dsn
        self._schema_names = schema_names

    def check(self) -> None:
        """See `Source.check`."""
        with self.snapshot():
            pass

    def fingerprint(self) -> str | None:
        """Return which transactions there were, and which of them are open."""
        try:
            with closing(connected(self._dsn)) as connection, connection.cursor() as cursor:
                cursor.execute(_FINGERPRINT)
                found = cursor.fetchone()
        except (SourceUnreachableError, adbc_driver_manager.Error):
            # No permission: then every sync looks for itself.
            return None
        return str(found[0]) if found else None

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """See `Source.snapshot`."""
        with closing(connected(self._dsn)) as connection:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
                cursor.execute("set local timezone = 'UTC'")
            yield PostgresSnapshot(connection, self._schema_names)


class PostgresSnapshot:
    """One repeatable-read transaction."""

    def __init__(self, connection: dbapi.Connection, schema_names: Sequence[str]) -> None:
        self._connection = connection
        self._schema_names = schema_names

    def tables(self) -> Sequence[SourceTable]:
        """See `Snapshot.tables`."""
        found: dict[tuple[str, str], list[SourceColumn]] = {}
        schemas = ", ".join(literal(name) for name in self._schema_names)
        for schema, table, column, type_, is_key in self._query(_COLUMNS.format(schemas=schemas)):
            found.setdefault((schema, table), []).append(
                SourceColumn(column, type_of_postgres(type_), is_primary_key=is_key)
            )
        return [
            SourceTable(schema, table, tuple(columns)) for (schema, table), columns in found.items()
        ]

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> pa.RecordBatchReader:
        """See `Snapshot.rows`."""
        select = ", ".join(_expression(column) for column in columns)
        condition = "true"
        if since is not None:
            name = quoted(since.column.name)
            condition = f"({name} is null or {name} >= {literal(since.value)})"
        cursor = self._connection.cursor()
        cursor.execute(
            f"select {select} from {quoted(table.schema_name, table.name)} where {condition}"
        )
        reader = cursor.fetch_record_batch()
        return pa.RecordBatchReader.from_batches(reader.schema, _batches(cursor, reader, table))

    def _query(self, query: str) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            found: list[Any] = cursor.fetchall()
            return found


def _batches(
    cursor: dbapi.Cursor, reader: pa.RecordBatchReader, table: SourceTable
) -> Iterator[pa.RecordBatch]:
    with cursor:
        try:
            yield from reader
        except (OSError, pa.ArrowException, adbc_driver_manager.Error) as error:
            raise SourceDataError(f"{table.place} cannot be read: {error}.") from error


def _expression(column: SourceColumn) -> str:
    name = quoted(column.name)
    if column.type == "JSON":
        return f"to_json({name})::text as {name}"
    if column.type in NATIVE_TYPES:
        return name
    return f"{name}::text as {name}"
