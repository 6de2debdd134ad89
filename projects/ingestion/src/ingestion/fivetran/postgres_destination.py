"""A destination that is a PostgreSQL database, read through ADBC as Arrow."""

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
# PostgreSQL's names of types, as in information_schema, to DuckDB's; ADBC's Arrow types fit these.
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
# The others come as text, exactly, and get their type in the work file.
_TEXT_TYPES = {"json": "JSON", "jsonb": "JSON", "uuid": "UUID"}
_WIDEST_DECIMAL = 38


@contextmanager
def open_postgres(url: str) -> Iterator[PostgresDestination]:
    """Open the database in one read-only transaction that sees one state of all tables.

    Args:
        url: `postgresql://user:password@host:port/database?parameters of libpq`.

    Raises:
        DestinationUnreachable: The server does not let us in, or goes away.
    """
    try:
        with closing(PostgresDestination(dbapi.connect(_with_time_out(url)))) as destination:
            destination.begin()
            yield destination
    except dbapi.Error as error:
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
        self._stream: dbapi.Cursor | None = None  # a stream ends with its cursor

    def begin(self) -> None:
        """See one state of all tables from now on, and write nothing."""
        with self._connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")

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

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the table's rows, and those that are gone as the columns tell."""
        deleted = f"count(*) filter (where {gone(columns)})"
        with self._connection.cursor() as cursor:
            cursor.execute(f"select count(*), {deleted} from {quoted(*key)}")
            return Counts(*(int(number) for number in cursor.fetchone() or (0, 0)))

    def rows(
        self, key: TableKey, columns: Sequence[Column], since: datetime | None
    ) -> pa.RecordBatchReader:
        """Stream the rows that Fivetran wrote after `since`, or all; ends the stream before."""
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
        """End the stream that was read last, then the transaction."""
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
