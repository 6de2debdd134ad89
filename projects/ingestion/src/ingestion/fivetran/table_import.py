"""Import of changed rows of a destination's tables into the work file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ingestion.fivetran.destination import FEW_THREADS, START, SURROGATE_KEY, SYNCED
from ingestion.fivetran.errors import DestinationUnreachable, InvalidTable, TableMissing
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
    """Result of the import of a table."""

    changes: RowChanges
    rows: int
    """Rows of the table, including those marked as deleted at the source."""
    full_refresh_reason: str
    """Why the whole table was imported; empty if the changed rows were sufficient."""
    complete_up_to: datetime | None
    """Time up to which all rows of Fivetran are imported; None for an empty table."""


def import_tables(
    session: WorkSession,
    destination_url: str,
    tables: Sequence[SnapshotTable],
    succeeded_at: datetime,
) -> dict[dg.AssetKey, Import]:
    """Import several tables as of one point in time, in one transaction of the work file.

    Args:
        session: The work session.
        destination_url: Address of the destination; see `open_destination`.
        tables: Tables of the snapshot.
        succeeded_at: End of the sync that precedes this import.

    Raises:
        FivetranError: see `open_destination` and `import_table`; nothing was changed.
    """
    with open_destination(destination_url) as destination, _bounded(session.connection):
        session.connection.begin()
        try:
            imports = {
                table.key: import_table(session, destination, table, succeeded_at)
                for table in tables
            }
            session.connection.commit()
        except BaseException:
            session.connection.rollback()
            raise
    return imports


def import_table(
    session: WorkSession, destination: Destination, table: SnapshotTable, succeeded_at: datetime
) -> Import:
    """Make a table of the work file equal to the destination's, moving as few rows as possible.

    Rows that Fivetran wrote since the last import replace the existing rows by key. The whole table
    is imported if that is not sufficient: the first time, without a key, after a change of columns,
    or if the number of rows or deletions differs afterwards (after a re-sync Fivetran marks rows
    that no longer exist, without changing their `_fivetran_synced`).

    Args:
        session: The work session; the caller has begun a transaction on its connection.
        destination: The open destination.
        table: Table of the snapshot.
        succeeded_at: End of the sync that precedes this import. A later row belongs to a running
            sync, which may still commit rows with earlier times: it is imported, and rows from
            `succeeded_at` on are read again the next time.

    Raises:
        TableMissing: the destination does not have the table.
        InvalidTable: it is not a table of Fivetran, or a value does not fit its type.
        DestinationUnreachable: the destination closed the connection.
    """
    columns = _columns(destination, table)
    key = _key(table, columns)
    target = WorkTable(session, table.key.path, columns, key)
    expected = destination.counts(table.key.path, columns)
    since, full_refresh_reason = _since(target, key)
    changes = RowChanges()
    try:
        if since is not None:
            target.stage(destination.rows(table.key.path, columns, since))
            _require_unique(target, table)
            changes += target.merge()
            if target.counts() != expected:
                full_refresh_reason = "rows or deletions differed after the import of changed rows"
        if not target.exists:
            changes += target.fill(destination.rows(table.key.path, columns, None))
            _require_unique(target, table)
        elif full_refresh_reason:
            target.stage(destination.rows(table.key.path, columns, None))
            _require_unique(target, table)
            changes += target.replace()
    except duckdb.ConversionException as error:
        raise InvalidTable(
            f"Table {table.source} ({_name(table)} in the destination) has a value that does not "
            f"fit its column: {error}."
        ) from None
    except duckdb.InvalidInputException as error:
        raise DestinationUnreachable(
            f"The destination closed the connection while {_name(table)} was read: {error}.",
            transient=True,
        ) from None
    newest = target.newest()
    complete_up_to = min(newest, succeeded_at) if newest else None
    target.note_complete_up_to(complete_up_to)
    return Import(changes, target.counts().rows, full_refresh_reason, complete_up_to)


@contextmanager
def _bounded(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Limit the memory of an import; what does not fit is spilled to disk.

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
            f"The sync succeeded, but the destination has no table {_name(table)} (source: "
            f"{table.source}). Was it dropped there? Is FIVETRAN_DESTINATION_URL right, and does "
            f"its user have access? Some sources create a table with its first row."
        )
    if SYNCED not in {column.name for column in columns}:
        raise InvalidTable(
            f"{_name(table)} in the destination has no column {SYNCED}, so it is not a table of "
            f"Fivetran. Is it a view, or another program's table?"
        )
    return columns


def _key(table: SnapshotTable, columns: list[Column]) -> tuple[str, ...]:
    """Return the columns that identify a row: the source's key, else Fivetran's, or none.

    In history mode a row is a version, which its start identifies too.
    """
    names = {column.name for column in columns}
    version = (START,) if START in names else ()
    if table.primary_key and names.issuperset(table.primary_key):
        return table.primary_key + version
    return (SURROGATE_KEY, *version) if SURROGATE_KEY in names else ()


def _since(target: WorkTable, key: tuple[str, ...]) -> tuple[datetime | None, str]:
    """Return the time from which rows are imported, or the reason to import all of them."""
    if not target.exists:
        return None, "first import"
    if not key:
        return None, "no key"
    if not target.has_same_columns:
        return None, "columns changed"
    since = target.complete_up_to()
    return since, "" if since else "end of the last import unknown"


def _require_unique(target: WorkTable, table: SnapshotTable) -> None:
    repeated = target.repeated_keys()
    if repeated:
        raise InvalidTable(
            f"{_name(table)} in the destination has {repeated:,} rows more than keys "
            f"({', '.join(target.key)}). If its primary key changed: make fivetran-snapshot."
        )


def _name(table: SnapshotTable) -> str:
    return ".".join(table.key.path)
