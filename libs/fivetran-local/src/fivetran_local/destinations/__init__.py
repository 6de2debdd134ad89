"""Destinations of rows: one module per kind, all with the interface in `destination`."""

from pathlib import Path

from fivetran_local.declaration import DestinationDeclaration, DuckDBDestinationDeclaration
from fivetran_local.destinations.destination import SyncDestination
from fivetran_local.destinations.duckdb_file import DuckDBFile
from fivetran_local.destinations.postgres_warehouse import PostgresWarehouse


def open_destination(declared: DestinationDeclaration, duckdb_file: Path) -> SyncDestination:
    """Return the declared destination; nothing is opened yet.

    Args:
        declared: The destination.
        duckdb_file: File of a DuckDB destination.
    """
    if isinstance(declared, DuckDBDestinationDeclaration):
        return DuckDBFile(duckdb_file)
    return PostgresWarehouse(declared.dsn.get_secret_value())
