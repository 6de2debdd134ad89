"""Reads of published files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from environment import Environment
from warehouse.errors import (
    ColumnMissing,
    PublicationCorrupt,
    PublicationMissing,
    SchemaOwnedTwice,
    TableMissing,
    nearest,
)
from warehouse.publication import (
    Publication,
    attach_read_only,
    publication_of,
    read_publication,
    reported_as_corrupt,
)
from warehouse.tables import TableKey, quoted, schema_and_table


@dataclass(frozen=True)
class PublishedTable:
    """Rows of a published table and the publication that they belong to."""

    table: pa.Table
    """The requested columns of all rows."""
    publication: Publication
    """The publication in the same open file, whichever projects publish during the read."""


def read_table(
    environment: Environment, key: TableKey, columns: Sequence[str] | None = None
) -> PublishedTable:
    """Read a published table and its publication from one open file.

    Args:
        environment: The environment of the published files.
        key: Schema and table.
        columns: Names of the columns to read, in the order of the result; None for all columns.

    Raises:
        PublicationMissing: no project has published the schema.
        PublicationCorrupt: a published file cannot be read.
        TableMissing: the schema does not have the table.
        ColumnMissing: the table does not have a column.
    """
    schema, table = schema_and_table(key)
    with closing(duckdb.connect(":memory:")) as connection:
        unreadable = attach_readable(connection, environment)
        try:
            project = owner_of(connection, environment, schema, table)
        except PublicationMissing:
            if unreadable:  # the schema may be in one of these files
                raise unreadable[0] from None
            raise
        known = columns_of(connection, project, schema, table)
        for column in columns or ():
            if column not in known:
                raise ColumnMissing(
                    f"{schema}.{table}, published by {project}, has no column '{column}'."
                    + nearest(column, known)
                )
        file = environment.published_file(project)
        selected = ", ".join(quoted(column) for column in columns) if columns else "*"
        query = f"select {selected} from {quoted(project, schema, table)}"
        publication = publication_of(connection, project, file)
        with reported_as_corrupt(file):
            return PublishedTable(connection.sql(query).to_arrow_table(), publication)


def attach_published(connection: duckdb.DuckDBPyConnection, environment: Environment) -> list[str]:
    """Attach every published file, read-only, under its project's name.

    Returns:
        The names of the projects, sorted.

    Raises:
        PublicationCorrupt: one of the files cannot be read.
    """
    projects = published_projects(environment)
    for project in projects:
        attach_read_only(connection, environment.published_file(project), project)
    return projects


def attach_readable(
    connection: duckdb.DuckDBPyConnection, environment: Environment
) -> list[PublicationCorrupt]:
    """Attach every published file that can be read.

    A corrupt file of one project does not keep readers from the files of the others.

    Returns:
        The errors of the files that cannot be read.
    """
    unreadable = []
    for project in published_projects(environment):
        try:
            attach_read_only(connection, environment.published_file(project), project)
        except PublicationCorrupt as error:
            unreadable.append(error)
    return unreadable


def published_projects(environment: Environment) -> list[str]:
    """Return the names of the projects that have published, sorted."""
    return sorted(
        file.stem
        for file in environment.published_dir.glob("*.duckdb")
        if not file.name.startswith(".")
    )


def last_publication(environment: Environment, project: str) -> Publication:
    """Return the last publication of `project`.

    Raises:
        PublicationMissing: the project has not published yet.
        PublicationCorrupt: the published file cannot be read.
    """
    file = environment.published_file(project)
    if not file.exists():
        raise PublicationMissing(
            f"{project} has published nothing in the environment '{environment.name}': "
            f"{file} is missing. Materialize it first: "
            f"platform run --select 'code_location:{project}'."
            + nearest(project, published_projects(environment))
        )
    return read_publication(file, project)


def owner_of(
    connection: duckdb.DuckDBPyConnection, environment: Environment, schema: str, table: str
) -> str:
    """Return the project whose published file has the schema and the table."""
    rows = connection.execute(
        "select database_name, table_name from duckdb_tables() where schema_name = ? "
        "union all select database_name, view_name from duckdb_views() where schema_name = ?",
        [schema, schema],
    ).fetchall()
    projects = sorted({str(project) for project, _ in rows})
    if not projects:
        published = ", ".join(published_projects(environment)) or "none"
        raise PublicationMissing(
            f"No project has published the schema '{schema}' in the environment "
            f"'{environment.name}' ({environment.published_dir}; published: {published}). "
            "Materialize the table and its upstream assets first: "
            f"platform run --select '+key:\"{schema}/{table}\"'"
        )
    if len(projects) > 1:
        raise SchemaOwnedTwice(
            f"The schema '{schema}' is published by {' and '.join(projects)}: a schema belongs to "
            f"one project. Rename it in one of them; the files are in {environment.published_dir}."
        )
    tables = {name for _, name in rows}
    if table not in tables:
        raise TableMissing(
            f"{projects[0]} has published no table '{table}' in the schema '{schema}' "
            f"({environment.published_file(projects[0])})." + nearest(table, tables)
        )
    return projects[0]


def columns_of(
    connection: duckdb.DuckDBPyConnection, project: str, schema: str, table: str
) -> list[str]:
    """Return the names of a table's columns, in their order."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = ? "
        "and table_name = ? order by column_index",
        [project, schema, table],
    ).fetchall()
    return [str(name) for (name,) in rows]
