"""A PostgreSQL database as destination, read through ADBC as Arrow."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from adbc_driver_postgresql import dbapi

from ingestion.addresses import masked
from ingestion.fivetran.destination import SYNCED, UNBOUNDED_NUMERIC, Column, Counts, gone
from ingestion.fivetran.errors import DestinationUnreachable
from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa

    from warehouse import TableKey

_CONNECT_SECONDS = 15
# PostgreSQL's types (information_schema) and DuckDB's names of them; ADBC's Arrow types match.
_BINARY_TYPES = {
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "bytea": "BLOB",
    "date": "DATE",
    "double precision": "DOUBLE",
    "integer": "INTEGER",
    "real": "FLOAT",
    "smallint": "SMALLINT",
    "time without time zone": "TIME",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
    "timestamp without time zone": "TIMESTAMP",
}
# All others are read as text without loss and cast in the work file.
_TEXT_TYPES = {"json": "JSON", "jsonb": "JSON", "uuid": "UUID"}
_WIDEST_DECIMAL = 38


@contextmanager
def open_postgres(url: str) -> Iterator[PostgresDestination]:
    """Open the database in one read-only transaction that reads one state of all tables.

    Args:
        url: `postgresql://user:password@host:port/database?parameters of libpq`.

    Raises:
        DestinationUnreachable: the server rejects or closes the connection.
    """
    try:
        with closing(PostgresDestination(dbapi.connect(_with_time_out(url)))) as destination:
            destination.begin()
            yield destination
    except dbapi.Error as error:
        raise DestinationUnreachable(
            f"The Fivetran destination {masked(url)} cannot be read: "
            f"{' '.join(str(error).split())} Check FIVETRAN_DESTINATION_URL, and its user's access "
            f"to the connector's schemas.",
            transient=True,
        ) from None


def _with_time_out(url: str) -> str:
    """Add a timeout: without it libpq waits for minutes for a silent host."""
    query = urlsplit(url).query
    if "connect_timeout" in parse_qs(query):
        return url
    return f"{url}{'&' if query else '?'}connect_timeout={_CONNECT_SECONDS}"


class PostgresDestination:
    """An open PostgreSQL database; see `ingestion.fivetran.destination.Destination`."""

    def __init__(self, connection: dbapi.Connection) -> None:
        self._connection = connection
        self._stream: dbapi.Cursor | None = None  # a stream ends with its cursor

    def begin(self) -> None:
        """Begin a read-only transaction with one state of all tables."""
        with self._connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")

    def columns(self, key: TableKey) -> list[Column]:
        """Return the columns of a table in order; empty if there is no such table."""
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

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the rows of a table, and those marked as deleted."""
        deleted = f"count(*) filter (where {gone(columns)})"
        with self._connection.cursor() as cursor:
            cursor.execute(f"select count(*), {deleted} from {quoted(*key)}")
            return Counts(*(int(number) for number in cursor.fetchone() or (0, 0)))

    def rows(
        self, key: TableKey, columns: Sequence[Column], since: datetime | None
    ) -> pa.RecordBatchReader:
        """Stream the rows that Fivetran wrote after `since`, or all; ends the previous stream."""
        selected = ", ".join(_selected(column) for column in columns)
        query = f"select {selected} from {quoted(*key)}"
        if since is not None:
            # A literal, not a parameter: only without parameters does the driver stream by COPY.
            query += f" where {quoted(SYNCED)} > timestamptz '{since.isoformat()}'"
        self._close_stream()
        self._stream = self._connection.cursor()
        self._stream.execute(query)
        return self._stream.fetch_record_batch()

    def close(self) -> None:
        """End the last stream, then the transaction."""
        self._close_stream()
        self._connection.close()

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()


def _selected(column: Column) -> str:
    name = quoted(column.name)
    return name if column.type in _BINARY_TYPES.values() else f"{name}::text as {name}"


def _duckdb_type(kind: str, precision: int | None, scale: int | None) -> str:
    if kind == "numeric":
        if precision is None or precision > _WIDEST_DECIMAL:
            return UNBOUNDED_NUMERIC
        return f"DECIMAL({precision},{scale or 0})"
    return _BINARY_TYPES.get(kind) or _TEXT_TYPES.get(kind) or "VARCHAR"
