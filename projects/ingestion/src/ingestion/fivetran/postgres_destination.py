"""A destination that is a PostgreSQL database, read through ADBC as Arrow."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import adbc_driver_manager
from adbc_driver_postgresql import dbapi  # type: ignore[import-untyped]

from ingestion.addresses import masked
from ingestion.fivetran.destination import DELETED, SYNCED, Column, Counts
from ingestion.fivetran.errors import DestinationUnreachable
from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa

    from warehouse import TableKey

_CONNECT_SECONDS = 15
# PostgreSQL's names of types, as in information_schema, to DuckDB's; ADBC's Arrow types fit these.
_TYPES = {
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "bytea": "BLOB",
    "character": "VARCHAR",
    "character varying": "VARCHAR",
    "date": "DATE",
    "double precision": "DOUBLE",
    "integer": "INTEGER",
    "real": "FLOAT",
    "smallint": "SMALLINT",
    "text": "VARCHAR",
    "time without time zone": "TIME",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
    "timestamp without time zone": "TIMESTAMP",
}
# These come as text, exactly, and get their type in the work file.
_TYPES_FROM_TEXT = {"json": "JSON", "jsonb": "JSON", "uuid": "UUID"}
_WIDEST_DECIMAL = 38
_UNBOUNDED_NUMERIC = "DECIMAL(38,18)"
"""For `numeric` without a precision: more than 20 digits before the point are an error."""


@contextmanager
def open_postgres(url: str) -> Iterator[PostgresDestination]:
    """Open the database in one read-only transaction that sees one state of all tables.

    Args:
        url: `postgresql://user:password@host:port/database?parameters of libpq`.

    Raises:
        DestinationUnreachable: The server does not let us in, or goes away.
    """
    try:
        with closing(dbapi.connect(_with_time_out(url))) as connection:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read read only")
            yield PostgresDestination(connection)
    except adbc_driver_manager.Error as error:
        raise DestinationUnreachable(
            f"The Fivetran destination {masked(url)} can't be read: {' '.join(str(error).split())} "
            f"Check FIVETRAN_DESTINATION_URL, and that its user may read the connector's schemas.",
            transient=True,
        ) from None


def _with_time_out(url: str) -> str:
    """Without it libpq waits for minutes for a host that never answers."""
    query = urlsplit(url).query
    if "connect_timeout" in parse_qs(query):
        return url
    return f"{url}{'&' if query else '?'}connect_timeout={_CONNECT_SECONDS}"


class PostgresDestination:
    """An open PostgreSQL database; see `ingestion.fivetran.destination.Destination`."""

    def __init__(self, connection: dbapi.Connection) -> None:
        self._connection = connection

    def columns(self, key: TableKey) -> list[Column]:
        """Name the table's columns in their order; none where there is no such table."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "select column_name, data_type, numeric_precision, numeric_scale "
                "from information_schema.columns where table_schema = $1 and table_name = $2 "
                "order by ordinal_position",
                list(key),
            )
            return [
                Column(name, _duckdb_type(kind, precision, scale))
                for name, kind, precision, scale in cursor.fetchall()
            ]

    def counts(self, key: TableKey, *, marks_deleted: bool) -> Counts:
        """Count the table's rows; `marks_deleted` says whether it has the column for that."""
        deleted = f"count(*) filter (where {quoted(DELETED)})" if marks_deleted else "0"
        with self._connection.cursor() as cursor:
            cursor.execute(f"select count(*), {deleted} from {quoted(*key)}")
            return Counts(*(int(number) for number in cursor.fetchone() or (0, 0)))

    def rows(
        self, key: TableKey, columns: Sequence[Column], since: datetime | None
    ) -> pa.RecordBatchReader:
        """Stream the rows that Fivetran wrote after `since`, or all of them."""
        selected = ", ".join(_selected(column) for column in columns)
        query = f"select {selected} from {quoted(*key)}"
        if since is not None:
            # A literal, not a parameter: only without parameters does the driver stream by COPY.
            query += f" where {quoted(SYNCED)} > timestamptz '{since.isoformat()}'"
        cursor = self._connection.cursor()
        cursor.execute(query)
        return cursor.fetch_record_batch()


def _selected(column: Column) -> str:
    name = quoted(column.name)
    return name if column.type in _TYPES.values() else f"{name}::text as {name}"


def _duckdb_type(kind: str, precision: int | None, scale: int | None) -> str:
    if kind == "numeric":
        if precision is None or precision > _WIDEST_DECIMAL:
            return _UNBOUNDED_NUMERIC
        return f"DECIMAL({precision},{scale or 0})"
    return _TYPES.get(kind) or _TYPES_FROM_TEXT.get(kind) or "VARCHAR"
