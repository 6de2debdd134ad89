"""The SQLite file under all state: its tables, and transactions that several processes share."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from fivetran_local.names import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Raised with every change of the tables below. A state of another version is thrown away: the next
# sync reads everything anew and compares it with the destination.
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
    -- A re-sync is due while wanted > done: a request that comes in during a sync is not lost.
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

# How long a statement waits for another process's transaction; those take milliseconds.
_BUSY_SECONDS = 30.0


class StateDatabase:
    """The state file of one state folder."""

    def __init__(self, state_dir: Path) -> None:
        """Create the folder, the file and its tables where they are missing.

        Args:
            state_dir: Where the state lives; also holds the locks of running syncs.
        """
        self.state_dir = state_dir
        self._file = state_dir / "state.sqlite"
        state_dir.mkdir(parents=True, exist_ok=True)
        # Switching to WAL is refused, without waiting, while others do the same: one at a time.
        with (state_dir / "state.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with self._connected() as connection:
                connection.execute("pragma journal_mode = wal")
                (version,) = connection.execute("pragma user_version").fetchone()
                if version != _VERSION:
                    connection.executescript(_forget(connection))
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
        """Open a connection for reading one consistent state."""
        with self._connected() as connection:
            connection.execute("begin")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that no other process writes during; it commits unless it raises."""
        with self._connected() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")


def _forget(connection: sqlite3.Connection) -> str:
    """Return the script that removes all tables and sets the version."""
    tables = connection.execute(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%'"
        " escape '\\'"
    ).fetchall()
    dropped = [f"drop table {quoted(table['name'])};" for table in tables]
    return "\n".join(["begin;", *dropped, f"pragma user_version = {_VERSION};", "commit;"])
