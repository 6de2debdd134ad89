"""Runs: the connections that are being synced, each by a process that is provably alive.

A running sync holds an operating-system lock on its own file. The kernel releases the lock when the
process ends for any reason. So an open run without a lock was interrupted; process ids and
heartbeats are not needed.
"""

import fcntl
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import IO

from fivetran_local.state.database import StateDatabase, now, record, update_connection

_INTERRUPTED = "The process that ran the sync ended before the sync did; nothing of it was written."


@dataclass(frozen=True, slots=True)
class SyncClaim:
    """The right to sync one connection, exclusive while `lock` is open."""

    run_id: int
    connection_id: str
    lock: IO[str]


@dataclass(frozen=True, slots=True)
class TableResult:
    """The result of one run for one table."""

    schema_name: str
    table_name: str
    upserted: int
    deleted: int
    high_water_mark: str | None
    resync_done: int
    """The table's `resync_wanted` when the run began: later requests are still due."""


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One sync, running or finished."""

    id: int
    connection_id: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    """`succeeded`, `failed`, `interrupted`, `rescheduled`, `stopped`; None while it runs."""
    error: str | None
    upserted: int
    deleted: int


class Runs:
    """The runs of one state file."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database
        self._locks = database.state_dir / "locks"
        self._locks.mkdir(exist_ok=True)

    def claim(
        self, connection_id: str, *, stop: bool = False, again: bool = False
    ) -> SyncClaim | None:
        """Begin a run or, during another one, request what follows it; atomic over processes.

        Args:
            connection_id: The connection to sync.
            stop: Let a running sync roll back and start again.
            again: Let a running sync be followed by another one.

        Returns:
            The claim, or None if a sync is running.
        """
        with self._database.writing() as connection:
            lock = self._try_lock(connection_id)
            if lock is not None:
                _close_interrupted(connection, connection_id)
                return SyncClaim(_insert_run(connection, connection_id), connection_id, lock)
            if stop or again:
                connection.execute(
                    "update runs set again_asked = 1, stop_asked = max(stop_asked, ?)"
                    " where connection_id = ? and finished_at is null",
                    (stop, connection_id),
                )
            return None

    def is_running(self, connection_id: str) -> bool:
        """Return whether a sync is running; close a run whose process has ended."""
        with self._database.reading() as connection:
            open_run = connection.execute(
                "select 1 from runs where connection_id = ? and finished_at is null",
                (connection_id,),
            ).fetchone()
        if open_run is None:
            return False
        with self._database.writing() as connection:
            lock = self._try_lock(connection_id)
            if lock is None:
                return True
            with lock:
                _close_interrupted(connection, connection_id)
            return False

    def stop_requested(self, claim: SyncClaim) -> bool:
        """Return whether a client requested that this run stops."""
        with self._database.reading() as connection:
            (stop,) = connection.execute(
                "select stop_asked from runs where id = ?", (claim.run_id,)
            ).fetchone()
        return bool(stop)

    def succeed(
        self, claim: SyncClaim, tables: Iterable[TableResult], source_fingerprint: str | None
    ) -> SyncClaim | None:
        """Record a success; return the claim of the following run, if any.

        Call this only after the destination's commit: clients read the rows once `succeeded_at` is
        set.
        """
        finished_at = now()
        with self._database.writing() as connection:
            for table in tables:
                connection.execute(
                    "insert into run_tables"
                    " values (:run_id, :schema_name, :table_name, :upserted, :deleted)",
                    asdict(table) | {"run_id": claim.run_id},
                )
                connection.execute(
                    "update source_tables set high_water_mark = :high_water_mark,"
                    " resync_done = :resync_done where connection_id = :connection_id"
                    " and schema_name = :schema_name and table_name = :table_name",
                    asdict(table) | {"connection_id": claim.connection_id},
                )
            update_connection(
                connection,
                claim.connection_id,
                succeeded_at=finished_at,
                failure=None,
                setup_state="connected",
                source_fingerprint=source_fingerprint,
            )
            return _finish(connection, claim, "succeeded", finished_at)

    def fail(self, claim: SyncClaim, error: str, *, setup_broken: bool) -> SyncClaim | None:
        """Record a failure, after which no row was written and the marks are unchanged."""
        finished_at = now()
        settings = {"failed_at": finished_at, "failure": error}
        if setup_broken:
            settings["setup_state"] = "broken"
        with self._database.writing() as connection:
            update_connection(connection, claim.connection_id, **settings)
            return _finish(connection, claim, "failed", finished_at, error)

    def reschedule(self, claim: SyncClaim, seconds: float) -> SyncClaim | None:
        """Record that a run was postponed: neither a success nor a failure."""
        due_at = now(later_by=seconds)
        with self._database.writing() as connection:
            update_connection(connection, claim.connection_id, rescheduled_for=due_at)
            return _finish(connection, claim, "rescheduled", now())

    def stopped(self, claim: SyncClaim) -> SyncClaim | None:
        """Record that a run was stopped to start again: neither a success nor a failure."""
        with self._database.writing() as connection:
            return _finish(connection, claim, "stopped", now())

    def latest(self, connection_id: str, limit: int) -> Sequence[SyncRun]:
        """Return the last runs of a connection, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "select r.*, coalesce(sum(t.upserted), 0) as upserted,"
                " coalesce(sum(t.deleted), 0) as deleted"
                " from runs r left join run_tables t on t.run_id = r.id"
                " where r.connection_id = ? group by r.id order by r.id desc limit ?",
                (connection_id, limit),
            ).fetchall()
        return [record(SyncRun, row) for row in rows]

    def _try_lock(self, connection_id: str) -> IO[str] | None:
        file = self._locks / f"{connection_id}.lock"
        lock = file.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock


def _finish(
    connection: sqlite3.Connection,
    claim: SyncClaim,
    outcome: str,
    finished_at: str,
    error: str | None = None,
) -> SyncClaim | None:
    (again,) = connection.execute(
        "update runs set finished_at = ?, outcome = ?, error = ? where id = ?"
        " returning again_asked",
        (finished_at, outcome, error, claim.run_id),
    ).fetchone()
    if again:
        run_id = _insert_run(connection, claim.connection_id)
        return SyncClaim(run_id, claim.connection_id, claim.lock)
    # Release the lock inside the transaction: the next claim waits for it and sees the end.
    claim.lock.close()
    return None


def _insert_run(connection: sqlite3.Connection, connection_id: str) -> int:
    update_connection(connection, connection_id, rescheduled_for=None)
    (run_id,) = connection.execute(
        "insert into runs (connection_id, started_at) values (?, ?) returning id",
        (connection_id, now()),
    ).fetchone()
    return int(run_id)


def _close_interrupted(connection: sqlite3.Connection, connection_id: str) -> None:
    finished_at = now()
    closed = connection.execute(
        "update runs set finished_at = ?, outcome = 'interrupted', error = ?"
        " where connection_id = ? and finished_at is null",
        (finished_at, _INTERRUPTED, connection_id),
    ).rowcount
    if closed:
        update_connection(connection, connection_id, failed_at=finished_at, failure=_INTERRUPTED)
