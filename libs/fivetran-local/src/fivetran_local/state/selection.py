"""The selection: schemas, tables and columns that are enabled, disabled or hashed."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from fivetran_local.errors import NotSelectableError, SelectionRefusedError
from fivetran_local.state.database import StateDatabase, update, update_connection
from fivetran_local.state.tables import TrackedTable, request_resync, tracked_tables


@dataclass(frozen=True, slots=True)
class SelectionChange:
    """A change of a schema, of one of its tables, or of a column; None keeps a setting."""

    schema_name: str
    table_name: str | None = None
    column_name: str | None = None
    enabled: bool | None = None
    hashed: bool | None = None
    sync_mode: str | None = None


class Selection:
    """The selection of all connections of one state file."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def change(self, connection_id: str, changes: Iterable[SelectionChange]) -> None:
        """Make all changes or, if one is invalid, none.

        Raises:
            NotSelectableError: The connection does not have a schema, table or column.
            SelectionRefusedError: A change would disable or hash a key column, or enable an object
                that the source no longer has.
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
                    schema = {"connection_id": connection_id, "schema_name": change.schema_name}
                    _set(connection, "source_schemas", schema, enabled=change.enabled)
                    continue
                table = tables.get((change.schema_name, change.table_name))
                if table is None:
                    raise NotSelectableError("Table", f"{change.schema_name}.{change.table_name}")
                if change.column_name is None:
                    _change_table(connection, change, table)
                else:
                    _change_column(connection, change, table, change.column_name)
            _forget_fingerprint(connection, connection_id)

    def enable_all(self, connection_id: str, *, enabled: bool) -> None:
        """Enable or disable all schemas and tables of a connection."""
        with self._database.writing() as connection:
            for table in ("source_schemas", "source_tables"):
                update(connection, table, {"connection_id": connection_id}, enabled=enabled)
            _forget_fingerprint(connection, connection_id)


def _forget_fingerprint(connection: sqlite3.Connection, connection_id: str) -> None:
    """Let the next sync read the source even if the source did not change.

    Rows of an object that is enabled now may have changed while it was disabled.
    """
    update_connection(connection, connection_id, source_fingerprint=None)


def _set(
    connection: sqlite3.Connection, table: str, key: dict[str, str], **settings: object
) -> None:
    settings = {name: value for name, value in settings.items() if value is not None}
    if settings:
        update(connection, table, key, **settings)


def _change_table(
    connection: sqlite3.Connection, change: SelectionChange, table: TrackedTable
) -> None:
    if change.enabled and table.removed:
        raise SelectionRefusedError(
            f"{table.place} was deleted in the source: it cannot be enabled."
        )
    _set(
        connection,
        "source_tables",
        table.key,
        sync_mode=change.sync_mode,
        enabled=change.enabled,
    )


def _change_column(
    connection: sqlite3.Connection, change: SelectionChange, table: TrackedTable, name: str
) -> None:
    place = f"{table.place}.{name}"
    column = next((each for each in table.columns if each.name == name), None)
    if column is None:
        raise NotSelectableError("Column", place)
    if change.enabled and column.removed:
        raise SelectionRefusedError(f"{place} was deleted in the source: it cannot be enabled.")
    enabled = column.enabled if change.enabled is None else change.enabled
    hashed = column.hashed if change.hashed is None else change.hashed
    if column.is_primary_key and (hashed or not enabled):
        raise SelectionRefusedError(
            f"{place} is part of the primary key: it can be neither excluded nor hashed."
        )
    update(
        connection,
        "source_columns",
        table.key | {"column_name": name},
        enabled=enabled,
        hashed=hashed,
        set_by_user=True,
    )
    if enabled and (not column.enabled or hashed != column.hashed):
        # Existing rows get the value, or its new form, too.
        request_resync(connection, table)
