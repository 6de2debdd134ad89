"""Where rows go: one module per kind of destination, all with the same face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetran_local.declaration import DuckDBDestinationDeclaration
from fivetran_local.destinations.duckdb_file import DuckDBDestination
from fivetran_local.destinations.postgres import PostgresDestination

if TYPE_CHECKING:
    from pathlib import Path

    from fivetran_local.declaration import DestinationDeclaration
    from fivetran_local.destinations.destination import Destination


def open_destination(declared: DestinationDeclaration, duckdb_file: Path) -> Destination:
    """Return the declared destination; nothing is opened yet.

    Args:
        declared: The destination.
        duckdb_file: Where a DuckDB destination is.
    """
    if isinstance(declared, DuckDBDestinationDeclaration):
        return DuckDBDestination(duckdb_file)
    return PostgresDestination(declared.dsn.get_secret_value())
