"""A DuckDB file as destination, such as the local Fivetran's."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import duckdb
import tenacity

from ingestion.fivetran.destination import FEW_THREADS, SYNCED, Column, Counts, gone
from ingestion.fivetran.errors import DestinationUnreachable
from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa

    from warehouse import TableKey

# A sync of another connector locks the file while it writes.
_LOCK_TIMEOUT_SECONDS = 120.0
_BATCH_ROWS = 100_000
_MEMORY_LIMIT = "256MB"


@contextmanager
def open_duckdb(url: str) -> Iterator[DuckDBDestination]:
    """Open the file read-only, waiting while a sync writes to it.

    Args:
        url: `duckdb:///absolute/path.duckdb`.

    Raises:
        DestinationUnreachable: there is no such file, it stays locked, or it is not a database.
    """
    file = Path(unquote(urlsplit(url).path))
    if not file.is_file():
        raise DestinationUnreachable(
            f"The Fivetran destination {file} does not exist. The first successful sync creates "
            f"it. Check the connector's log and FIVETRAN_DESTINATION_URL."
        )
    try:
        connection = _connect(file)
    except duckdb.Error as error:
        raise DestinationUnreachable(
            f"The Fivetran destination {file} cannot be opened: {error}. If another program has it "
            f"open, close it there.",
            transient=True,
        ) from None
    with one_transaction(connection):
        yield DuckDBDestination(connection)


@contextmanager
def one_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Read one state of all tables with little memory, and close the connection afterwards."""
    with closing(connection):
        # Rows are streamed. Without a limit DuckDB would cache all pages that it reads.
        connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        connection.execute(FEW_THREADS)
        connection.execute("set preserve_insertion_order = false")
        connection.begin()
        yield


def _is_in_use(error: BaseException) -> bool:
    """Return whether another process writes to the file, or this one: a process has one mode."""
    return isinstance(error, duckdb.ConnectionException) or (
        isinstance(error, duckdb.IOException) and "lock" in str(error)
    )


@tenacity.retry(
    retry=tenacity.retry_if_exception(_is_in_use),
    stop=tenacity.stop_after_delay(_LOCK_TIMEOUT_SECONDS),
    wait=tenacity.wait_fixed(0.1),
    reraise=True,
)
def _connect(file: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(file), read_only=True)


class DuckDBDestination:
    """An open DuckDB database; see `ingestion.fivetran.destination.Destination`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def columns(self, key: TableKey) -> list[Column]:
        """Return the columns of a table in order; empty if there is no such table."""
        found = self._connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = $1 "
            "and table_name = $2 and database_name = current_database() order by column_index",
            list(key),
        ).fetchall()
        return [Column(name, kind) for name, kind in found]

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the rows of a table, and those marked as deleted."""
        deleted = f"count(*) filter (where {gone(columns)})"
        [row] = self._connection.execute(
            f"select count(*), {deleted} from {self._relation(key)}"
        ).fetchall()
        return Counts(*row)

    def rows(
        self, key: TableKey, columns: Sequence[Column], since: datetime | None
    ) -> pa.RecordBatchReader:
        """Stream the rows that Fivetran wrote after `since`, or all rows."""
        names = ", ".join(quoted(column.name) for column in columns)
        query = f"select {names} from {self._relation(key)}"
        if since is None:
            return self._connection.sql(query).to_arrow_reader(_BATCH_ROWS)
        query += f" where {quoted(SYNCED)} > $1"
        return self._connection.sql(query, params=[since]).to_arrow_reader(_BATCH_ROWS)

    def _relation(self, key: TableKey) -> str:
        """Return the name with its database, which may be equal to the name of a schema."""
        [(database,)] = self._connection.execute("select current_database()").fetchall()
        return quoted(database, *key)
