"""Source tables and columns: what was discovered, and what of it is selected for syncing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from fivetran_local.declaration import TableDeclaration
    from fivetran_local.sources.source import SourceColumn, SourceTable
    from fivetran_local.state.database import StateDatabase


@dataclass(frozen=True, slots=True)
class TrackedColumn:
    """One source column and what the user decided about it."""

    name: str
    type: str
    is_primary_key: bool
    enabled: bool
    hashed: bool
    set_by_user: bool
    removed: bool
    """The source no longer has it."""

    @property
    def is_synced(self) -> bool:
        """Tell whether its values go to the destination; a key column's always do."""
        return not self.removed and (self.enabled or self.is_primary_key)


@dataclass(frozen=True, slots=True)
class TrackedTable:
    """One source table, what the user decided about it, and how far it has been read."""

    schema_name: str
    schema_enabled: bool
    name: str
    enabled: bool
    sync_mode: str
    removed: bool
    """The source no longer has it."""
    high_water_mark: str | None
    resync_wanted: int
    resync_done: int
    columns: tuple[TrackedColumn, ...]

    @property
    def is_synced(self) -> bool:
        """Tell whether a sync reads it."""
        return self.schema_enabled and self.enabled and not self.removed

    @property
    def resync_is_due(self) -> bool:
        """Tell whether the next sync must read all of it: the first one, or on request."""
        return self.resync_wanted > self.resync_done


class Tables:
    """The tables of all connections of one state file."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def of(self, connection_id: str) -> Sequence[TrackedTable]:
        """Return a connection's tables, by schema and name; empty before the first discovery."""
        with self._database.reading() as connection:
            return tracked_tables(connection, connection_id)

    def reconcile(
        self,
        connection_id: str,
        discovered: Iterable[SourceTable],
        declared: Mapping[str, TableDeclaration],
    ) -> Sequence[TrackedTable]:
        """Bring what is known in line with what the source has now, and return it.

        What is new is selected as the connection's `schema_change_handling` says; what is gone is
        marked removed. A table that got a column, or whose column changed its type, is read in
        full by the next sync: older rows have values there too.

        Args:
            connection_id: The connection.
            discovered: Every table of the source.
            declared: Tables that the declaration mentions; its `enabled` counts when a table is
                first seen.
        """
        with self._database.writing() as connection:
            known = {
                (table.schema_name, table.name): table
                for table in tracked_tables(connection, connection_id)
            }
            handling: str = connection.execute(
                "select schema_change_handling from connections where id = ?", (connection_id,)
            ).fetchone()["schema_change_handling"]
            new_tables = not known or handling == "ALLOW_ALL"
            new_columns = handling in {"ALLOW_ALL", "ALLOW_COLUMNS"}
            seen = set()
            for table in discovered:
                connection.execute(
                    "insert or ignore into source_schemas values (?, ?, ?)",
                    (connection_id, table.schema_name, new_tables),
                )
                seen.add((table.schema_name, table.name))
                before = known.get((table.schema_name, table.name))
                mentioned = declared.get(table.name)
                if before is None:
                    enabled = mentioned.enabled if mentioned else new_tables
                    _insert_table(connection, connection_id, table, enabled=enabled)
                else:
                    _update_table(connection, connection_id, before, table, new_columns=new_columns)
            for schema_name, name in set(known) - seen:
                connection.execute(
                    "update source_tables set removed = 1"
                    " where connection_id = ? and schema_name = ? and table_name = ?",
                    (connection_id, schema_name, name),
                )
            return tracked_tables(connection, connection_id)

    def want_resync(self, connection_id: str, tables: Iterable[tuple[str, str]]) -> None:
        """Have the next sync read these tables in full.

        Args:
            connection_id: The connection.
            tables: Pairs of source schema and source table.
        """
        with self._database.writing() as connection:
            for schema_name, name in tables:
                want_resync(connection, connection_id, schema_name, name)


def want_resync(
    connection: sqlite3.Connection, connection_id: str, schema_name: str, name: str
) -> None:
    """Have the next sync read this table in full, within the caller's transaction."""
    connection.execute(
        "update source_tables set resync_wanted = resync_wanted + 1"
        " where connection_id = ? and schema_name = ? and table_name = ?",
        (connection_id, schema_name, name),
    )


def tracked_tables(connection: sqlite3.Connection, connection_id: str) -> Sequence[TrackedTable]:
    """Return a connection's tables, within the caller's transaction."""
    columns: dict[tuple[str, str], list[TrackedColumn]] = {}
    for row in connection.execute(
        "select * from source_columns where connection_id = ? order by position, column_name",
        (connection_id,),
    ):
        columns.setdefault((row["schema_name"], row["table_name"]), []).append(
            TrackedColumn(
                name=row["column_name"],
                type=row["type"],
                is_primary_key=bool(row["is_primary_key"]),
                enabled=bool(row["enabled"]),
                hashed=bool(row["hashed"]),
                set_by_user=bool(row["set_by_user"]),
                removed=bool(row["removed"]),
            )
        )
    return [
        TrackedTable(
            schema_name=row["schema_name"],
            schema_enabled=bool(row["schema_enabled"]),
            name=row["table_name"],
            enabled=bool(row["enabled"]),
            sync_mode=row["sync_mode"],
            removed=bool(row["removed"]),
            high_water_mark=row["high_water_mark"],
            resync_wanted=row["resync_wanted"],
            resync_done=row["resync_done"],
            columns=tuple(columns.get((row["schema_name"], row["table_name"]), ())),
        )
        for row in connection.execute(
            "select t.*, s.enabled as schema_enabled from source_tables t"
            " join source_schemas s using (connection_id, schema_name)"
            " where connection_id = ? order by schema_name, table_name",
            (connection_id,),
        )
    ]


def _insert_table(
    connection: sqlite3.Connection, connection_id: str, table: SourceTable, *, enabled: bool
) -> None:
    connection.execute(
        "insert into source_tables (connection_id, schema_name, table_name, enabled)"
        " values (?, ?, ?, ?)",
        (connection_id, table.schema_name, table.name, enabled),
    )
    for position, column in enumerate(table.columns):
        _put_column(connection, connection_id, table, column, position, enabled=True)


def _update_table(
    connection: sqlite3.Connection,
    connection_id: str,
    before: TrackedTable,
    table: SourceTable,
    *,
    new_columns: bool,
) -> None:
    key = (connection_id, table.schema_name, table.name)
    known = {column.name: column for column in before.columns}
    changed = before.removed
    for position, column in enumerate(table.columns):
        old = known.get(column.name)
        _put_column(connection, connection_id, table, column, position, enabled=new_columns)
        if old is None:
            changed = changed or new_columns
        else:
            changed = changed or old.removed or old.type != column.type
    for name in set(known) - {column.name for column in table.columns}:
        connection.execute(
            "update source_columns set removed = 1 where connection_id = ?"
            " and schema_name = ? and table_name = ? and column_name = ?",
            (*key, name),
        )
    if changed:
        connection.execute(
            "update source_tables set removed = 0 where connection_id = ?"
            " and schema_name = ? and table_name = ?",
            key,
        )
        want_resync(connection, *key)


def _put_column(
    connection: sqlite3.Connection,
    connection_id: str,
    table: SourceTable,
    column: SourceColumn,
    position: int,
    *,
    enabled: bool,
) -> None:
    """Insert a column, or bring the source's facts about a known one up to date."""
    connection.execute(
        "insert into source_columns (connection_id, schema_name, table_name, column_name,"
        " position, type, is_primary_key, enabled) values (?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict do update set position = excluded.position, type = excluded.type,"
        " is_primary_key = excluded.is_primary_key, removed = 0",
        (
            connection_id,
            table.schema_name,
            table.name,
            column.name,
            position,
            column.type,
            column.is_primary_key,
            enabled,
        ),
    )
