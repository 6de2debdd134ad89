"""Source tables and columns: the discovered ones, and their selection for syncing."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from fivetran_local.declaration import TableDeclaration
from fivetran_local.sources.source import SourceTable
from fivetran_local.state.database import StateDatabase, record, update


@dataclass(frozen=True, slots=True)
class TrackedColumn:
    """One source column and its selection."""

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
        """Whether its values are written to the destination; those of a key column always are."""
        return not self.removed and (self.enabled or self.is_primary_key)


@dataclass(frozen=True, slots=True)
class TrackedTable:
    """One source table, its selection, and how far it has been read."""

    connection_id: str
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
        """Whether a sync reads the table."""
        return self.schema_enabled and self.enabled and not self.removed

    @property
    def resync_is_due(self) -> bool:
        """Whether the next sync must read all rows: the first sync, or on request."""
        return self.resync_wanted > self.resync_done

    @property
    def place(self) -> str:
        """The table's name in messages."""
        return f"{self.schema_name}.{self.name}"

    @property
    def key(self) -> dict[str, str]:
        """The table's key in the state file."""
        return table_key(self.connection_id, self)


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
        """Update the known tables to those of the source, and return them.

        New tables and columns are selected according to the connection's `schema_change_handling`;
        missing ones are marked as removed. If a table got a column or a column changed its type,
        the next sync reads all rows of the table: older rows have values there too.

        Args:
            connection_id: The connection.
            discovered: All tables of the source.
            declared: Declared tables; their `enabled` applies when a table is discovered first.
        """
        with self._database.writing() as connection:
            known = {
                (table.schema_name, table.name): table
                for table in tracked_tables(connection, connection_id)
            }
            (handling,) = connection.execute(
                "select schema_change_handling from connections where id = ?", (connection_id,)
            ).fetchone()
            new_tables = not known or handling == "ALLOW_ALL"
            new_columns = handling in {"ALLOW_ALL", "ALLOW_COLUMNS"}
            update(connection, "source_tables", {"connection_id": connection_id}, removed=True)
            for table in discovered:
                before = known.get((table.schema_name, table.name))
                mentioned = declared.get(table.name)
                enabled = mentioned.enabled if mentioned else new_tables
                key = table_key(connection_id, table)
                connection.execute(
                    "insert or ignore into source_schemas"
                    " values (:connection_id, :schema_name, :enabled)",
                    key | {"enabled": new_tables},
                )
                connection.execute(
                    "insert into source_tables (connection_id, schema_name, table_name, enabled)"
                    " values (:connection_id, :schema_name, :table_name, :enabled)"
                    " on conflict do update set removed = 0",
                    key | {"enabled": enabled},
                )
                _put_columns(connection, key, table, enabled=before is None or new_columns)
                if before is not None and _must_resync(before, table, new_columns=new_columns):
                    request_resync(connection, before)
            return tracked_tables(connection, connection_id)

    def request_resync(
        self, connection_id: str, tables: Collection[tuple[str, str]] | None = None
    ) -> None:
        """Let the next sync read all rows of these tables.

        Args:
            connection_id: The connection.
            tables: Pairs of source schema and source table; by default all tables.
        """
        with self._database.writing() as connection:
            for table in tracked_tables(connection, connection_id):
                if tables is None or (table.schema_name, table.name) in tables:
                    request_resync(connection, table)


def table_key(connection_id: str, table: SourceTable | TrackedTable) -> dict[str, str]:
    """Return the key of a table in the state file."""
    return {
        "connection_id": connection_id,
        "schema_name": table.schema_name,
        "table_name": table.name,
    }


def request_resync(connection: sqlite3.Connection, table: TrackedTable) -> None:
    """Let the next sync read all rows of this table, within the caller's transaction."""
    connection.execute(
        "update source_tables set resync_wanted = resync_wanted + 1 where connection_id ="
        " :connection_id and schema_name = :schema_name and table_name = :table_name",
        table.key,
    )


def tracked_tables(connection: sqlite3.Connection, connection_id: str) -> Sequence[TrackedTable]:
    """Return a connection's tables, within the caller's transaction."""
    columns: dict[tuple[str, str], list[TrackedColumn]] = {}
    for row in connection.execute(
        "select *, column_name as name from source_columns where connection_id = ?"
        " order by position, column_name",
        (connection_id,),
    ):
        key = (row["schema_name"], row["table_name"])
        columns.setdefault(key, []).append(record(TrackedColumn, row))
    return [
        record(
            TrackedTable,
            row,
            columns=tuple(columns.get((row["schema_name"], row["table_name"]), ())),
        )
        for row in connection.execute(
            "select t.*, t.table_name as name, s.enabled as schema_enabled from source_tables t"
            " join source_schemas s using (connection_id, schema_name)"
            " where connection_id = ? order by schema_name, table_name",
            (connection_id,),
        )
    ]


def _put_columns(
    connection: sqlite3.Connection, key: dict[str, str], table: SourceTable, *, enabled: bool
) -> None:
    """Insert columns, update the source's properties of known ones, mark missing ones."""
    update(connection, "source_columns", key, removed=True)
    connection.executemany(
        "insert into source_columns (connection_id, schema_name, table_name, column_name,"
        " position, type, is_primary_key, enabled) values (:connection_id, :schema_name,"
        " :table_name, :name, :position, :type, :is_primary_key, :enabled)"
        " on conflict do update set position = excluded.position, type = excluded.type,"
        " is_primary_key = excluded.is_primary_key, removed = 0",
        [
            key | asdict(column) | {"position": position, "enabled": enabled}
            for position, column in enumerate(table.columns)
        ],
    )


def _must_resync(before: TrackedTable, table: SourceTable, *, new_columns: bool) -> bool:
    """Return whether a known table was missing before, or has a new or changed column."""
    known = {column.name: column for column in before.columns}
    return before.removed or any(
        new_columns if old is None else old.removed or old.type != column.type
        for column in table.columns
        for old in [known.get(column.name)]
    )
