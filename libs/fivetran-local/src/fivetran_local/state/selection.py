"""Changes of what is synced: schemas, tables and columns switched on, off, or hashed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivetran_local.errors import FivetranLocalError
from fivetran_local.state.tables import tracked_tables, want_resync

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from fivetran_local.state.database import StateDatabase
    from fivetran_local.state.tables import TrackedColumn, TrackedTable


class NotSelectableError(FivetranLocalError):
    """A schema, table or column is named that the connection does not have."""

    def __init__(self, kind: str, name: str) -> None:
        """Say what is missing.

        Args:
            kind: `Schema`, `Table` or `Column`.
            name: As it was asked for.
        """
        super().__init__(f"{kind} '{name}' is not in the connection's schema config.")
        self.kind = kind


class SelectionRefusedError(FivetranLocalError):
    """A change that the connection cannot make, such as switching off a key column."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change, of a schema, of a table in it, or of a column of that. None leaves as it is."""

    schema_name: str
    table_name: str | None = None
    column_name: str | None = None
    enabled: bool | None = None
    hashed: bool | None = None
    sync_mode: str | None = None


class Selection:
    """What is synced, over all connections of one state file."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def change(self, connection_id: str, changes: Iterable[Change]) -> None:
        """Make all changes or, where one is wrong, none.

        Raises:
            NotSelectableError: A name is not known.
            SelectionRefusedError: A key column would be switched off or hashed, or something
                that the source no longer has would be switched on.
        """
        with self._database.writing() as connection:
            tables = {
                (table.schema_name, table.name): table
                for table in tracked_tables(connection, connection_id)
            }
            for change in changes:
                if change.schema_name not in {schema_name for schema_name, _ in tables}:
                    raise NotSelectableError("Schema", change.schema_name)
                if change.table_name is None:
                    _change_schema(connection, connection_id, change)
                    continue
                table = tables.get((change.schema_name, change.table_name))
                if table is None:
                    raise NotSelectableError("Table", f"{change.schema_name}.{change.table_name}")
                if change.column_name is None:
                    _change_table(connection, connection_id, change, table)
                else:
                    _change_column(connection, connection_id, change, table)
            _look_again(connection, connection_id)

    def enable_all(self, connection_id: str, *, enabled: bool) -> None:
        """Switch every schema and table of a connection on or off."""
        with self._database.writing() as connection:
            for table in ("source_schemas", "source_tables"):
                connection.execute(
                    f"update {table} set enabled = ? where connection_id = ?",
                    (enabled, connection_id),
                )
            _look_again(connection, connection_id)


def _look_again(connection: sqlite3.Connection, connection_id: str) -> None:
    """Have the next sync read the source even if nothing was written to it.

    What is switched on now may have changed while it was off, when syncs passed it over.
    """
    connection.execute(
        "update connections set source_fingerprint = null where id = ?", (connection_id,)
    )


def _change_schema(connection: sqlite3.Connection, connection_id: str, change: Change) -> None:
    if change.enabled is not None:
        connection.execute(
            "update source_schemas set enabled = ? where connection_id = ? and schema_name = ?",
            (change.enabled, connection_id, change.schema_name),
        )


def _change_table(
    connection: sqlite3.Connection, connection_id: str, change: Change, table: TrackedTable
) -> None:
    if change.enabled and table.removed:
        raise SelectionRefusedError(
            f"{table.schema_name}.{table.name} was deleted in the source: it cannot be enabled."
        )
    if change.sync_mode is not None:
        connection.execute(
            "update source_tables set sync_mode = ?"
            " where connection_id = ? and schema_name = ? and table_name = ?",
            (change.sync_mode, connection_id, change.schema_name, change.table_name),
        )
    if change.enabled is not None:
        connection.execute(
            "update source_tables set enabled = ?"
            " where connection_id = ? and schema_name = ? and table_name = ?",
            (change.enabled, connection_id, change.schema_name, change.table_name),
        )


def _change_column(
    connection: sqlite3.Connection, connection_id: str, change: Change, table: TrackedTable
) -> None:
    column = next((each for each in table.columns if each.name == change.column_name), None)
    if column is None:
        place = f"{table.schema_name}.{table.name}.{change.column_name}"
        raise NotSelectableError("Column", place)
    if change.enabled and column.removed:
        raise SelectionRefusedError(
            f"{table.schema_name}.{table.name}.{column.name} was deleted in the source:"
            " it cannot be enabled."
        )
    enabled = column.enabled if change.enabled is None else change.enabled
    hashed = column.hashed if change.hashed is None else change.hashed
    if column.is_primary_key and (hashed or not enabled):
        raise SelectionRefusedError(
            f"{table.schema_name}.{table.name}.{column.name} is part of the primary key:"
            " it can be neither excluded nor hashed."
        )
    connection.execute(
        "update source_columns set enabled = ?, hashed = ?, set_by_user = 1"
        " where connection_id = ? and schema_name = ? and table_name = ? and column_name = ?",
        (enabled, hashed, connection_id, table.schema_name, table.name, column.name),
    )
    if _values_change(column, enabled=enabled, hashed=hashed):
        # Rows that are there already get the value too, in the form that is now asked for.
        want_resync(connection, connection_id, table.schema_name, table.name)


def _values_change(column: TrackedColumn, *, enabled: bool, hashed: bool) -> bool:
    return enabled and (not column.enabled or hashed != column.hashed)
