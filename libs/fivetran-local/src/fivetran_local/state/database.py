"""The SQLite file of the state: its tables, its transactions, and helpers for its rows."""

import fcntl
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fivetran_local.names import quoted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RecordT = TypeVar("RecordT", bound="DataclassInstance")

# Increase with every change of the tables below. A state of another version is deleted: the next
# sync reads all rows again and compares them with the destination.
_VERSION = 2

_TABLES = """
create table if not exists connections (
    id text primary key,
    created_at text not null,
    paused integer not null,
    schedule_type text not null,
    sync_frequency integer not null,
    daily_sync_time text,
    pause_after_trial integer not null default 0,
    data_delay_sensitivity text not null default 'NORMAL',
    data_delay_threshold integer not null default 0,
    schema_change_handling text not null,
    setup_state text not null default 'incomplete',
    succeeded_at text,
    failed_at text,
    failure text,
    rescheduled_for text,
    source_fingerprint text
);
create table if not exists source_schemas (
    connection_id text not null references connections (id),
    schema_name text not null,
    enabled integer not null,
    primary key (connection_id, schema_name)
);
create table if not exists source_tables (
    connection_id text not null references connections (id),
    schema_name text not null,
    table_name text not null,
    enabled integer not null,
    sync_mode text not null default 'SOFT_DELETE',
    removed integer not null default 0,
    high_water_mark text,
    -- A re-sync is due while wanted > done: a request that arrives during a sync is kept.
    resync_wanted integer not null default 1,
    resync_done integer not null default 0,
    primary key (connection_id, schema_name, table_name)
);
create table if not exists source_columns (
    connection_id text not null,
    schema_name text not null,
    table_name text not null,
    column_name text not null,
    position integer not null,
    type text not null,
    is_primary_key integer not null,
    enabled integer not null,
    hashed integer not null default 0,
    set_by_user integer not null default 0,
    removed integer not null default 0,
    primary key (connection_id, schema_name, table_name, column_name)
);
create table if not exists runs (
    id integer primary key autoincrement,
    connection_id text not null references connections (id),
    started_at text not null,
    finished_at text,
    outcome text,
    error text,
    stop_asked integer not null default 0,
    again_asked integer not null default 0
);
create index if not exists runs_of_connection on runs (connection_id, id);
create table if not exists run_tables (
    run_id integer not null references runs (id),
    schema_name text not null,
    table_name text not null,
    upserted integer not null,
    deleted integer not null,
    primary key (run_id, schema_name, table_name)
);
"""

# Time that a statement waits for another process's transaction; those take milliseconds.
_BUSY_SECONDS = 30.0


class StateDatabase:
    """The state file of one state directory."""

    def __init__(self, state_dir: Path) -> None:
        """Create the directory, the file and its tables if they are missing.

        Args:
            state_dir: Directory of the state and of the locks of running syncs.
        """
        self.state_dir = state_dir
        self._file = state_dir / "state.sqlite"
        state_dir.mkdir(parents=True, exist_ok=True)
        # SQLite refuses concurrent switches to WAL without waiting, so processes take turns.
        with (state_dir / "state.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with self._connected() as connection:
                connection.execute("pragma journal_mode = wal")
                (version,) = connection.execute("pragma user_version").fetchone()
                if version != _VERSION:
                    connection.executescript(_removal_script(connection))
                connection.executescript(_TABLES)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(
            sqlite3.connect(self._file, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("pragma synchronous = normal")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a connection that reads one consistent state."""
        with self._connected() as connection:
            connection.execute("begin")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that excludes other writers; it is committed unless it raises."""
        with self._connected() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")


def now(later_by: float = 0.0) -> str:
    """Return the time in UTC as Fivetran's API writes it, such as `2024-12-01T15:43:29.013729Z`.

    The result always has six digits after the second, so that timestamps compare as text.

    Args:
        later_by: Seconds to add.
    """
    time = datetime.now(UTC) + timedelta(seconds=later_by)
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def update(
    connection: sqlite3.Connection, table: str, key: Mapping[str, object], **values: object
) -> None:
    """Set columns of the rows with these key values; all names are column names, not user input."""
    settings = ", ".join(f"{name} = ?" for name in values)
    condition = " and ".join(f"{name} = ?" for name in key)
    connection.execute(
        f"update {table} set {settings} where {condition}", (*values.values(), *key.values())
    )


def update_connection(connection: sqlite3.Connection, connection_id: str, **values: object) -> None:
    """Set columns of one connection."""
    update(connection, "connections", {"id": connection_id}, **values)


def record(kind: type[RecordT], row: sqlite3.Row, **others: object) -> RecordT:
    """Return a row as a dataclass with fields of the same names; SQLite stores flags as 0 and 1.

    Args:
        kind: The dataclass.
        row: The row.
        others: Fields that are not in the row.
    """
    values: dict[str, Any] = {
        field.name: bool(row[field.name]) if field.type in ("bool", bool) else row[field.name]
        for field in fields(kind)
        if field.name not in others
    }
    return kind(**values, **others)


def _removal_script(connection: sqlite3.Connection) -> str:
    """Return the SQL script that removes all tables and sets the version."""
    tables = connection.execute(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%'"
        " escape '\\'"
    ).fetchall()
    dropped = [f"drop table {quoted(table['name'])};" for table in tables]
    return "\n".join(["begin;", *dropped, f"pragma user_version = {_VERSION};", "commit;"])
