"""Publications: the record in each published file, and how a work file is published."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.errors import PublicationCorrupt
from warehouse.files import copy_durably, replace_durably
from warehouse.tables import literal, quoted

RECORD_SCHEMA = "_warehouse"
"""Schema of the table `publication`, in which every published file records its publication."""


@dataclass(frozen=True)
class Publication:
    """A published state of a project's tables."""

    project: str
    """Name of the project, which is the stem of its files."""
    generation: int
    """Number of the publication, from 1; the data version of the published assets."""
    published_at: datetime
    """Time of the publication, UTC."""
    file: Path
    """The published file."""


def publish(
    connection: duckdb.DuckDBPyConnection, work_file: Path, published_file: Path
) -> Publication:
    """Publish the state of `work_file`, on which `connection` is open, and close the connection.

    The order makes the publication atomic: record the generation, checkpoint, copy next to the
    target, force the copy to the disk, read it back, replace the target. After a kill at any
    moment, the published file is the old one or the new one.

    Raises:
        NoSpace: the disk is full; the published file has not changed.
    """
    published_file.parent.mkdir(parents=True, exist_ok=True)
    publication = record(connection, work_file, published_file)
    # Not a context manager: the database must be closed before `source`, see copy_durably.
    source = work_file.open("rb")
    try:
        copy = published_file.with_name(f".{published_file.stem}.{os.getpid()}.tmp")
        copy_durably(source, copy)
        connection.close()
    finally:
        connection.close()
        source.close()
    if read_publication(copy, publication.project).generation != publication.generation:
        raise PublicationCorrupt(copy, "the copy does not have the generation just written")
    replace_durably(copy, published_file)
    return publication


def record(
    connection: duckdb.DuckDBPyConnection, work_file: Path, published_file: Path
) -> Publication:
    """Write the next generation's record into the work file and checkpoint the file."""
    alias = work_file.stem
    previous = recorded_publication(connection, alias, published_file)
    generation = previous.generation + 1 if previous else 1
    publication = Publication(alias, generation, datetime.now(UTC), published_file)
    table = quoted(alias, RECORD_SCHEMA, "publication")
    connection.begin()
    connection.execute(f"create schema if not exists {quoted(alias, RECORD_SCHEMA)}")
    connection.execute(
        f"create or replace table {table} as "
        "select ? as project, ?::bigint as generation, ?::timestamptz as published_at",
        [alias, generation, publication.published_at],
    )
    connection.commit()
    connection.execute(f"force checkpoint {quoted(alias)}")
    return publication


def read_publication(file: Path, project: str) -> Publication:
    """Return the publication that a published file of `project` records.

    Raises:
        PublicationCorrupt: the file cannot be opened or does not record a publication.
    """
    with duckdb.connect(":memory:") as connection:
        attach_read_only(connection, file, project)
        return publication_of(connection, project, file)


def publication_of(connection: duckdb.DuckDBPyConnection, alias: str, file: Path) -> Publication:
    """Return the publication that an attached published file records.

    Args:
        connection: A connection that has the file attached.
        alias: The project's name, under which the file is attached.
        file: The published file.

    Raises:
        PublicationCorrupt: the file does not record a publication.
    """
    with reported_as_corrupt(file):
        publication = recorded_publication(connection, alias, file)
    if publication is None:
        raise PublicationCorrupt(file, "it does not record a publication")
    return publication


def attach_read_only(connection: duckdb.DuckDBPyConnection, file: Path, alias: str) -> None:
    """Attach a published file read-only under the name `alias`.

    Raises:
        PublicationCorrupt: DuckDB cannot open the file.
    """
    with reported_as_corrupt(file):
        connection.execute(f"attach {literal(str(file))} as {quoted(alias)} (read_only)")


@contextmanager
def reported_as_corrupt(file: Path) -> Iterator[None]:
    """Turn DuckDB's errors on a file into `PublicationCorrupt`."""
    try:
        yield
    except duckdb.Error as error:
        raise PublicationCorrupt(file, str(error)) from error


def recorded_publication(
    connection: duckdb.DuckDBPyConnection, alias: str, file: Path
) -> Publication | None:
    """Return the publication that an attached database records, None without a record."""
    known = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = ? "
        "and table_name = 'publication'",
        [alias, RECORD_SCHEMA],
    ).fetchall()
    if not known:
        return None
    table = quoted(alias, RECORD_SCHEMA, "publication")
    rows = connection.execute(f"select generation, epoch_us(published_at) from {table}").fetchall()
    if not rows:
        return None
    generation, microseconds = rows[0]
    published_at = datetime.fromtimestamp(microseconds / 1e6, UTC)
    return Publication(alias, int(generation), published_at, file)
