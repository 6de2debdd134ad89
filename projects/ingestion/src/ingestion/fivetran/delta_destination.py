"""A destination that is Fivetran's managed data lake, read through its Delta tables.

Fivetran keeps the metadata of Delta and of Iceberg over the same Parquet files, a folder
`<schema>/<table>` for each table. The library `deltalake` says which files a table consists of, and
DuckDB reads them; no extension of DuckDB's, hence no download, is needed.

The tests read folders. Object storage, for which `deltalake` takes credentials from the environment
(`AWS_...`, `AZURE_STORAGE_...`, `GOOGLE_...`), was tried once, on an emulated S3. Not tried: the
other two, and tables that Fivetran wrote.
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
from ingestion.fivetran.errors import DestinationUnreachable, TableUnusable
from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from warehouse import TableKey

# The library prints its chain of causes for a terminal.
_COLOURS = re.compile(r"\x1b\[[\d;]*m|\u21b3")


@contextmanager
def open_delta(url: str) -> Iterator[DeltaDestination]:
    """Open the folder of tables; each is read as of the moment when it is first asked for.

    Args:
        url: `delta:///absolute/folder`, or the folder in object storage: `s3://bucket/prefix`,
            `abfss://container@account.dfs.core.windows.net/prefix`, `gs://bucket/prefix`.

    Raises:
        DestinationUnreachable: There is no such folder.
    """
    parts = urlsplit(url)
    is_local = parts.scheme == "delta"
    folder = unquote(parts.path) if is_local else f"{parts.scheme}://{parts.netloc}{parts.path}"
    if is_local and not Path(folder).is_dir():
        raise DestinationUnreachable(
            f"The Fivetran destination {folder} is no folder. The first successful sync makes it: "
            f"is FIVETRAN_DESTINATION_URL right, and the storage mounted?"
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
        """Name the table's columns in their order; none where there is no such table."""
        try:
            found = self._connection.sql(f"from {self._relation(key)}")
        except TableNotFoundError:
            return []
        return [
            Column(name, str(kind)) for name, kind in zip(found.columns, found.types, strict=True)
        ]

    def counts(self, key: TableKey, columns: Sequence[Column]) -> Counts:
        """Count the table's rows, and those that are gone as the columns tell."""
        try:
            return super().counts(key, columns)
        except duckdb.InvalidInputException as error:
            raise self._unreadable(key, error) from None

    def _relation(self, key: TableKey) -> str:
        """Name the view of the table's files; opened once, it stays at that version."""
        view = ".".join(key)
        if view not in self._views:
            try:
                table = DeltaTable("/".join([self._folder, *key]))
                self._connection.register(view, table.to_pyarrow_dataset())
            except TableNotFoundError:
                raise
            except DeltaProtocolError as error:
                raise TableUnusable(
                    f"{view} in the data lake uses a feature of Delta that can't be read here: "
                    f"{error}. Switch it off for the table, or let Fivetran write to PostgreSQL."
                ) from None
            except (DeltaError, OSError) as error:
                raise self._unreadable(key, error) from None
            self._views.add(view)
        return quoted(view)

    def _unreadable(self, key: TableKey, error: Exception) -> DestinationUnreachable:
        told = " ".join(_COLOURS.sub("", str(error)).split())
        return DestinationUnreachable(
            f"{'.'.join(key)} in the data lake {masked(self._folder)} can't be read: {told}. Check "
            f"FIVETRAN_DESTINATION_URL, and the storage and its credentials.",
            transient=True,
        )
