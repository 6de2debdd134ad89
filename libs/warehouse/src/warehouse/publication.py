"""A published file: what it is, and how a work file becomes one."""

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
"""Schema of the one table, `publication`, by which a file says what it is."""


@dataclass(frozen=True)
class Publication:
    """One state of a project's tables, as everybody may read them."""

    project: str
    generation: int
    """Counts a project's publications, from 1; the data version of what was published."""
    published_at: datetime
    """When, in UTC."""
    file: Path


def publish(
    connection: duckdb.DuckDBPyConnection, work_file: Path, published_file: Path
) -> Publication:
    """Publish the state of `work_file`, on which `connection` is open, and close the connection.

    The order makes it whole: record the generation, checkpoint, copy beside the target, force to
    the disk, read the copy back, replace. Killed at any point, the published file is the old one
    or the new one, never part of one.

    Raises:
        NoSpace: the disk is full; the published file is the old one.
    """
    published_file.parent.mkdir(parents=True, exist_ok=True)
    publication = record(connection, work_file, published_file)
    # Not through a context manager: the database must be closed first, see copy_durably.
    source = work_file.open("rb")
    try:
        copy = published_file.with_name(f".{published_file.stem}.{os.getpid()}.tmp")
        copy_durably(source, copy)
        connection.close()
    finally:
        connection.close()
        source.close()
    if read_publication(copy, project=publication.project).generation != publication.generation:
        raise PublicationCorrupt(copy, "the copy does not hold the generation just written")
    replace_durably(copy, published_file)
    return publication


def record(
    connection: duckdb.DuckDBPyConnection, work_file: Path, published_file: Path
) -> Publication:
    """Write the next generation's number into the work file and fold its log into the file."""
    project = published_file.stem
    before = generation_in(connection, work_file.stem)
    publication = Publication(project, (before or 0) + 1, datetime.now(UTC), published_file)
    table = quoted(work_file.stem, RECORD_SCHEMA, "publication")
    connection.begin()
    connection.execute(f"create schema if not exists {quoted(work_file.stem, RECORD_SCHEMA)}")
    connection.execute(
        f"create or replace table {table} as "
        "select ? as project, ?::bigint as generation, ?::timestamptz as published_at",
        [project, publication.generation, publication.published_at],
    )
    connection.commit()
    connection.execute(f"force checkpoint {quoted(work_file.stem)}")
    return publication


def read_publication(file: Path, *, project: str | None = None) -> Publication:
    """What a published file says of itself.

    Args:
        file: The file; its stem is the project's name unless `project` is given.
        project: The project that must have written it.

    Raises:
        PublicationCorrupt: it cannot be opened, or is no publication.
    """
    project = project or file.stem
    with duckdb.connect(":memory:") as connection, reported_as_corrupt(file):
        attach_read_only(connection, file, project)
        row = recorded(connection, project)
    if row is None:
        raise PublicationCorrupt(file, "it holds no record of a publication")
    return Publication(project, row[0], row[1].astimezone(UTC), file)


def attach_read_only(connection: duckdb.DuckDBPyConnection, file: Path, alias: str) -> None:
    """Attach a published file under a name, so that nothing can be written to it.

    Raises:
        PublicationCorrupt: DuckDB cannot open it.
    """
    with reported_as_corrupt(file):
        connection.execute(f"attach {literal(str(file))} as {quoted(alias)} (read_only)")


@contextmanager
def reported_as_corrupt(file: Path) -> Iterator[None]:
    """Turn what DuckDB says about a file's bytes into `PublicationCorrupt`."""
    try:
        yield
    except duckdb.Error as error:
        raise PublicationCorrupt(file, str(error)) from error


def generation_in(connection: duckdb.DuckDBPyConnection, alias: str) -> int | None:
    """The generation that an attached database records, None if it records none."""
    row = recorded(connection, alias)
    return None if row is None else row[0]


def recorded(connection: duckdb.DuckDBPyConnection, alias: str) -> tuple[int, datetime] | None:
    """Generation and time that an attached database records, None if it records none."""
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
    return int(generation), datetime.fromtimestamp(microseconds / 1e6, UTC)
