"""Fivetran's managed data lake as destination, read through its Delta tables.

Fivetran keeps the metadata of Delta and of Iceberg over the same Parquet files, in a folder
`<schema>/<table>` for each table. The library `deltalake` returns the files of a table, and DuckDB
reads them, without an extension and so without a download.

The tests read folders. Object storage, for which `deltalake` reads credentials from the environment
(`AWS_...`, `AZURE_STORAGE_...`, `GOOGLE_...`), was tried once, on an emulated S3. Azure, Google and
tables written by Fivetran were not tried.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, DeltaProtocolError, TableNotFoundError

from ingestion.addresses import masked
from ingestion.fivetran.destination import Column, Counts
from ingestion.fivetran.duckdb_destination import DuckDBDestination, one_transaction
from ingestion.fivetran.errors import DestinationUnreachable, InvalidTable
from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from warehouse import TableKey

# The library formats its messages for a terminal.
_TERMINAL_CODES = re.compile(r"\x1b\[[\d;]*m|\u21b3")


@contextmanager
def open_delta(url: str) -> Iterator[DeltaDestination]:
    """Open the folder of tables. Each table is read as of its first access.

    Args:
        url: `delta:///absolute/folder`, or the folder in object storage: `s3://bucket/prefix`,
            `abfss://container@account.dfs.core.windows.net/prefix`, `gs://bucket/prefix`.

    Raises:
        DestinationUnreachable: there is no such folder.
    """
    parts = urlsplit(url)
    is_local = parts.scheme == "delta"
    folder = unquote(parts.path) if is_local else f"{parts.scheme}://{parts.netloc}{parts.path}"
    if is_local and not Path(folder).is_dir():
        raise DestinationUnreachable(
            f"The Fivetran destination {folder} is not a directory. The first successful sync "
            f"creates it. Check FIVETRAN_DESTINATION_URL, and that the storage is mounted."
        )
    connection = duckdb.connect()
    with one_transaction(connection):
        yield DeltaDestination(connection, folder.rstrip("/"))


class DeltaDestination(DuckDBDestination):
    """An open folder of Delta tables; see `ingestion.fivetran.destination.Destination`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: str) -> None:
        super().__init__(connection)
        self._folder = folder
        self._views: set[str] = set()

    def columns(self, key: TableKey) -> list[Column]:
        """Return the columns of a table in order; empty if there is no such table."""
        try:
            found = self._connection.sql(f"from {self._relation(key)}")
        except TableNotFoundError:
            return []
        return [
            Column(name, str(kind)) for name, kind in zip(found.columns, found.types, strict=True)
        ]

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the rows of a table, and those marked as deleted."""
        try:
            return super().counts(key, columns)
        except duckdb.InvalidInputException as error:
            raise self._unreadable(key, error) from None

    def _relation(self, key: TableKey) -> str:
        """Return the view of the table's files, which stays at its first version."""
        view = ".".join(key)
        if view not in self._views:
            try:
                table = DeltaTable("/".join([self._folder, *key]))
                self._connection.register(view, table.to_pyarrow_dataset())
            except TableNotFoundError:
                raise
            except DeltaProtocolError as error:
                raise InvalidTable(
                    f"{view} in the data lake uses a feature of Delta that is not supported "
                    f"here: {error}. Disable it for the table, or use a PostgreSQL destination."
                ) from None
            except (DeltaError, OSError) as error:
                raise self._unreadable(key, error) from None
            self._views.add(view)
        return quoted(view)

    def _unreadable(self, key: TableKey, error: Exception) -> DestinationUnreachable:
        cause = " ".join(_TERMINAL_CODES.sub("", str(error)).split())
        return DestinationUnreachable(
            f"{'.'.join(key)} in the data lake {masked(self._folder)} cannot be read: {cause}. "
            f"Check FIVETRAN_DESTINATION_URL, and the storage and its credentials.",
            transient=True,
        )
