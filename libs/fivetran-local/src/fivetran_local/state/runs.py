"""Runs: which connection is being synced, by a process that is provably alive.

A running sync holds an operating-system lock on a file of its own. The kernel lets go of it when
the process ends, however it ends, so an open run whose lock is free was interrupted, and nobody
has to guess from process ids or heartbeats.
"""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from fivetran_local.clock import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from fivetran_local.state.database import StateDatabase

_INTERRUPTED = "The process that ran the sync ended before the sync did; nothing of it was written."


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to sync one connection: as long as `lock` is open, nobody else does."""

    run_id: int
    connection_id: str
    lock: IO[str]


@dataclass(frozen=True, slots=True)
class TableResult:
    """What one run did to one table."""

    schema_name: str
    table_name: str
    upserted: int
    deleted: int
    high_water_mark: str | None
    resync_done: int
    """The table's `resync_wanted` when the run began: requests made since are still due."""


@dataclass(frozen=True, slots=True)
class Run:
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

    def claim(self, connection_id: str, *, stop: bool = False, again: bool = False) -> Claim | None:
        """Begin a run, or, where one is running, say what it should do; atomic over processes.

        Args:
            connection_id: The connection to sync.
            stop: Ask a run in progress to roll back and start anew.
            again: Ask a run in progress to be followed by another one.

        Returns:
            The claim, or None where a run is in progress.
        """
        with self._database.writing() as connection:
            lock = _try_lock(self._lock_file(connection_id))
            if lock is None:
                if stop or again:
                    connection.execute(
                        "update runs set again_asked = 1, stop_asked = max(stop_asked, ?)"
                        " where connection_id = ? and finished_at is null",
                        (stop, connection_id),
                    )
                return None
            _close_interrupted(connection, connection_id)
            return Claim(_insert_run(connection, connection_id), connection_id, lock)

    def is_running(self, connection_id: str) -> bool:
        """Tell whether a sync is in progress, and close the book on one whose process is gone."""
        with self._database.reading() as connection:
            if not _has_open_run(connection, connection_id):
                return False
        with self._database.writing() as connection:
            lock = _try_lock(self._lock_file(connection_id))
            if lock is None:
                return True
            with lock:
                _close_interrupted(connection, connection_id)
            return False

    def stop_asked(self, claim: Claim) -> bool:
        """Tell whether somebody asked this run to stop."""
        with self._database.reading() as connection:
            row = connection.execute(
                "select stop_asked from runs where id = ?", (claim.run_id,)
            ).fetchone()
        return bool(row["stop_asked"])

    def succeed(
        self, claim: Claim, tables: Iterable[TableResult], source_fingerprint: str | None
    ) -> Claim | None:
        """Book a run whose rows are committed; returns the claim of the run that follows, if any.

        Call it only after the destination's commit: `succeeded_at` tells clients "rows are there".
        """
        finished_at = now()
        with self._database.writing() as connection:
            for table in tables:
                key = (claim.connection_id, table.schema_name, table.table_name)
                connection.execute(
                    "insert into run_tables values (?, ?, ?, ?, ?)",
                    (claim.run_id, *key[1:], table.upserted, table.deleted),
                )
                connection.execute(
                    "update source_tables set high_water_mark = ?, resync_done = ?"
                    " where connection_id = ? and schema_name = ? and table_name = ?",
                    (table.high_water_mark, table.resync_done, *key),
                )
            connection.execute(
                "update connections set succeeded_at = ?, failure = null,"
                " setup_state = 'connected', source_fingerprint = ? where id = ?",
                (finished_at, source_fingerprint, claim.connection_id),
            )
            return self._finish(connection, claim, "succeeded", None, finished_at)

    def fail(self, claim: Claim, error: str, *, setup_broken: bool) -> Claim | None:
        """Book a run that failed and wrote nothing; marks stay where they were."""
        finished_at = now()
        with self._database.writing() as connection:
            _set_failed(connection, claim.connection_id, error, finished_at)
            if setup_broken:
                connection.execute(
                    "update connections set setup_state = 'broken' where id = ?",
                    (claim.connection_id,),
                )
            return self._finish(connection, claim, "failed", error, finished_at)

    def reschedule(self, claim: Claim, seconds: float) -> Claim | None:
        """Book a run that was put off: neither a success nor a failure, due again later."""
        with self._database.writing() as connection:
            connection.execute(
                "update connections set rescheduled_for = ? where id = ?",
                (now(later_by=seconds), claim.connection_id),
            )
            return self._finish(connection, claim, "rescheduled", None, now())

    def stopped(self, claim: Claim) -> Claim | None:
        """Book a run that was stopped to start anew: neither a success nor a failure."""
        with self._database.writing() as connection:
            return self._finish(connection, claim, "stopped", None, now())

    def latest(self, connection_id: str, limit: int) -> Sequence[Run]:
        """Return the last runs of a connection, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "select r.id, r.connection_id, r.started_at, r.finished_at, r.outcome, r.error,"
                " coalesce(sum(t.upserted), 0) as upserted, coalesce(sum(t.deleted), 0) as deleted"
                " from runs r left join run_tables t on t.run_id = r.id"
                " where r.connection_id = ? group by r.id order by r.id desc limit ?",
                (connection_id, limit),
            ).fetchall()
        return [Run(**dict(row)) for row in rows]

    def _lock_file(self, connection_id: str) -> Path:
        return self._locks / f"{connection_id}.lock"

    def _finish(
        self,
        connection: sqlite3.Connection,
        claim: Claim,
        outcome: str,
        error: str | None,
        finished_at: str,
    ) -> Claim | None:
        again = connection.execute(
            "update runs set finished_at = ?, outcome = ?, error = ? where id = ?"
            " returning again_asked",
            (finished_at, outcome, error, claim.run_id),
        ).fetchone()["again_asked"]
        if again:
            run_id = _insert_run(connection, claim.connection_id)
            return Claim(run_id, claim.connection_id, claim.lock)
        # Let go inside the transaction: who claims next waits for it and sees the finished run.
        claim.lock.close()
        return None


def _try_lock(file: Path) -> IO[str] | None:
    lock = file.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _has_open_run(connection: sqlite3.Connection, connection_id: str) -> bool:
    return (
        connection.execute(
            "select 1 from runs where connection_id = ? and finished_at is null", (connection_id,)
        ).fetchone()
        is not None
    )


def _insert_run(connection: sqlite3.Connection, connection_id: str) -> int:
    connection.execute(
        "update connections set rescheduled_for = null where id = ?", (connection_id,)
    )
    cursor = connection.execute(
        "insert into runs (connection_id, started_at) values (?, ?)", (connection_id, now())
    )
    if cursor.lastrowid is None:
        raise AssertionError("SQLite returned no id for a run that it inserted")
    return cursor.lastrowid


def _close_interrupted(connection: sqlite3.Connection, connection_id: str) -> None:
    finished_at = now()
    closed = connection.execute(
        "update runs set finished_at = ?, outcome = 'interrupted', error = ?"
        " where connection_id = ? and finished_at is null",
        (finished_at, _INTERRUPTED, connection_id),
    ).rowcount
    if closed:
        _set_failed(connection, connection_id, _INTERRUPTED, finished_at)


def _set_failed(connection: sqlite3.Connection, connection_id: str, error: str, at: str) -> None:
    connection.execute(
        "update connections set failed_at = ?, failure = ? where id = ?",
        (at, error, connection_id),
    )
