"""Bring what changed in a table of the destination into the work file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ingestion.fivetran.destination import FEW_THREADS, START, SURROGATE_KEY, SYNCED
from ingestion.fivetran.errors import DestinationUnreachable, TableMissing, TableUnusable
from ingestion.fivetran.open_destination import open_destination
from ingestion.fivetran.work_table import RowChanges, WorkTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import dagster as dg

    from ingestion.fivetran.destination import Column, Destination
    from ingestion.fivetran.snapshot import SnapshotTable
    from warehouse import WorkSession

_MEMORY_LIMIT = "512MB"


@dataclass(frozen=True)
class Import:
    """What bringing in a table did."""

    changes: RowChanges
    rows: int
    """Of the table now, those included that are marked as gone at the source."""
    whole_because: str
    """Why the whole table was taken; empty where the changed rows were enough."""
    complete_up_to: datetime | None
    """Every row that Fivetran wrote up to then is here; None for an empty table."""


def bring_in_all(
    session: WorkSession,
    destination_url: str,
    tables: Sequence[SnapshotTable],
    succeeded_at: datetime,
) -> dict[dg.AssetKey, Import]:
    """Bring in several tables as of one point in time, in one transaction of the work file.

    Args:
        session: The work session.
        destination_url: Where Fivetran wrote; see `open_destination`.
        tables: Which tables.
        succeeded_at: When the sync that this import follows had ended.

    Raises:
        FivetranError: One of those of `open_destination` and `bring_in`; nothing was changed.
    """
    with open_destination(destination_url) as destination, _bounded(session.connection):
        session.connection.begin()
        try:
            imports = {
                table.key: bring_in(session, destination, table, succeeded_at) for table in tables
            }
            session.connection.commit()
        except BaseException:
            session.connection.rollback()
            raise
    return imports


def bring_in(
    session: WorkSession, destination: Destination, table: SnapshotTable, succeeded_at: datetime
) -> Import:
    """Make a table of the work file equal to the destination's, moving as few rows as will do.

    Rows that Fivetran wrote since the last import replace theirs by key. The whole table is taken
    where that is not enough: the first time, without a key, after a change of columns, or when
    rows or deletions are counted differently afterwards (Fivetran marks the rows that a re-sync
    did not find again, and leaves their `_fivetran_synced` alone).

    Args:
        session: The work session; the caller has begun a transaction on its connection.
        destination: Where Fivetran wrote.
        table: Which table.
        succeeded_at: When the sync that this import follows had ended. A row stamped later is of
            a sync that goes on and may commit rows with earlier stamps: it is taken, and all from
            `succeeded_at` on is looked at again the next time.

    Raises:
        TableMissing: The destination has no such table.
        TableUnusable: It is not a table as Fivetran keeps it, or a value does not fit its type.
        DestinationUnreachable: The destination went away.
    """
    columns = _columns(destination, table)
    key = _key(table, columns)
    target = WorkTable(session, table.key.path, columns, key)
    expected = destination.counts(table.key.path, columns)
    since, whole_because = _since(target, key)
    changes = RowChanges()
    try:
        if since is not None:
            target.stage(destination.rows(table.key.path, columns, since))
            _require_unique(target, table)
            changes += target.merge()
            if target.counts() != expected:
                whole_because = "rows or deletions differed after the changed rows were taken"
        if not target.exists:
            changes += target.fill(destination.rows(table.key.path, columns, None))
            _require_unique(target, table)
        elif whole_because:
            target.stage(destination.rows(table.key.path, columns, None))
            _require_unique(target, table)
            changes += target.replace()
    except duckdb.ConversionException as error:
        raise TableUnusable(
            f"Table {table.source} ({_name(table)} in the destination) has a value that does not "
            f"fit its column: {error}."
        ) from None
    except duckdb.InvalidInputException as error:
        raise DestinationUnreachable(
            f"The destination went away while {_name(table)} was read: {error}.", transient=True
        ) from None
    newest = target.newest()
    complete_up_to = min(newest, succeeded_at) if newest else None
    target.note_complete_up_to(complete_up_to)
    return Import(changes, target.counts().rows, whole_because, complete_up_to)


@contextmanager
def _bounded(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep an import's memory apart from the table's size; what does not fit is spilled.

    After an error the session ends, and its connection with it.
    """
    connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
    connection.execute(FEW_THREADS)
    connection.execute("set preserve_insertion_order = false")
    yield
    for setting in ("memory_limit", "threads", "preserve_insertion_order"):
        connection.execute(f"reset {setting}")


def _columns(destination: Destination, table: SnapshotTable) -> list[Column]:
    columns = destination.columns(table.key.path)
    if not columns:
        raise TableMissing(
            f"The sync succeeded, and the destination has no table {_name(table)} (from "
            f"{table.source}). Was it dropped there, or does FIVETRAN_DESTINATION_URL name another "
            f"database or a user who may not see it? Some sources make a table with its first row."
        )
    if SYNCED not in {column.name for column in columns}:
        raise TableUnusable(
            f"{_name(table)} in the destination has no column {SYNCED}, so Fivetran does not keep "
            f"it: is it a view or a table of somebody else?"
        )
    return columns


def _key(table: SnapshotTable, columns: list[Column]) -> tuple[str, ...]:
    """Name the columns that identify a row: the source's key, else Fivetran's own; or none.

    In history mode a row is a version, which its start identifies too.
    """
    names = {column.name for column in columns}
    version = (START,) if START in names else ()
    if table.primary_key and names.issuperset(table.primary_key):
        return table.primary_key + version
    return (SURROGATE_KEY, *version) if SURROGATE_KEY in names else ()


def _since(target: WorkTable, key: tuple[str, ...]) -> tuple[datetime | None, str]:
    """Say from when on rows have to be looked at, or else why all of them have to."""
    if not target.exists:
        return None, "it is the first import"
    if not key:
        return None, "the table has no key"
    if not target.has_same_columns:
        return None, "its columns have changed"
    since = target.complete_up_to()
    return since, "" if since else "nothing says how far the last import got"


def _require_unique(target: WorkTable, table: SnapshotTable) -> None:
    repeated = target.repeated_keys()
    if repeated:
        raise TableUnusable(
            f"{_name(table)} in the destination has {repeated:,} rows more than keys "
            f"({', '.join(target.key)}). Has its primary key changed: make fivetran-snapshot."
        )


def _name(table: SnapshotTable) -> str:
    return ".".join(table.key.path)
