"""A DuckDB connection that sees every published file and can write to none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from environment import Environment
from warehouse import attach_published, quoted


@contextmanager
def open_published(environment: Environment) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory with every published file attached under its project's name.

    The files are attached read-only, and the connection is then cut off from the file system and
    from its own settings: no COPY, no ATTACH, no extension, no way back. What a query creates is
    in memory and ends with the connection. The connection sees the files as they were when it was
    opened, also after a project has published anew.

    Raises:
        PublicationCorrupt: a published file cannot be read.
    """
    connection = duckdb.connect(":memory:")
    try:
        attach_published(connection, environment)
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def relation_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str | None:
    """The quoted name of a published table; None if nobody has published it."""
    databases = connection.execute(
        "select database_name from duckdb_tables() where schema_name = ? and table_name = ? "
        "union select database_name from duckdb_views() where schema_name = ? and view_name = ? "
        "order by database_name",
        [schema, table, schema, table],
    ).fetchall()
    return quoted(str(databases[0][0]), schema, table) if databases else None
