"""A project's work session: a transaction on its work file that ends with a publication."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from environment import Environment
from warehouse.errors import NoSpace, WorkSessionActive, is_no_space
from warehouse.publication import Publication, publish
from warehouse.tables import TableKey, quoted, schema_and_table
from warehouse.work_file import note_published, restore

if TYPE_CHECKING:
    import pandas as pd

LOCK_TIMEOUT_S = 600.0
"""Seconds that a session waits for another session of the project; the pool makes this rare."""
CONNECT_TIMEOUT_S = 30.0
"""Seconds that a session waits for another process that has the work file open."""


class WorkSession:
    """A project's transaction on its work file.

    A session that ends without `publish` changes nothing that readers see.
    """

    def __init__(self, project: str, environment: Environment, set_aside: Path | None) -> None:
        self.project = project
        self.work_file = environment.work_file(project)
        self.set_aside = set_aside
        """File to which an unpublished state was moved at the start, None if there was none."""
        self._published_file = environment.published_file(project)
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the work file, opened at first use and closed by `publish`."""
        if self._connection is None:
            self._connection = connect_with_retry(self.work_file)
        return self._connection

    def write(self, key: TableKey, data: pa.Table | pa.RecordBatchReader | pd.DataFrame) -> int:
        """Replace a table by `data`, in one transaction.

        Args:
            key: Schema and table; the schema is created if it does not exist.
            data: Arrow table or stream, or pandas frame without its index.

        Returns:
            The number of rows of the new table.
        """
        schema, _ = schema_and_table(key)
        incoming = data
        if not isinstance(data, pa.Table | pa.RecordBatchReader):
            incoming = pa.Table.from_pandas(data, preserve_index=False)
        connection = self.connection
        connection.register("_incoming", incoming)
        connection.begin()
        try:
            connection.execute(f"create schema if not exists {quoted(self.work_file.stem, schema)}")
            connection.execute(
                f"create or replace table {self.relation(key)} as select * from _incoming"
            )
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.unregister("_incoming")
        return self.rows(key)

    def relation(self, key: TableKey) -> str:
        """Return the table's quoted name with its database, for SQL on `connection`.

        Without the database, DuckDB refuses the name as ambiguous if a project is named like its
        schema.
        """
        return quoted(self.work_file.stem, *schema_and_table(key))

    def rows(self, key: TableKey) -> int:
        """Return the number of rows of a table of the work file."""
        # fetchall: DuckDB 2 refuses other statements on a connection with an unread result.
        rows = self.connection.execute(f"select count(*) from {self.relation(key)}").fetchall()
        return int(rows[0][0])

    def columns(self, key: TableKey) -> list[tuple[str, str]]:
        """Return name and type of each column of a table of the work file, in their order."""
        schema, table = schema_and_table(key)
        return self.connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = ? "
            "and table_name = ? and database_name = ? order by column_index",
            [schema, table, self.work_file.stem],
        ).fetchall()

    def publish(self) -> Publication:
        """Replace the published file by the state of the work file, atomically.

        Raises:
            NoSpace: the disk is full; the published file has not changed.
        """
        publication = publish(self.connection, self.work_file, self._published_file)
        self._connection = None
        note_published(self.work_file, publication)
        return publication

    def close(self) -> None:
        """Close the connection, so that another process may open the work file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def open_session(project: str, environment: Environment) -> Iterator[WorkSession]:
    """Open the only work session of `project`; others of the same project wait for its end.

    Raises:
        WorkSessionActive: another process did not end its session in time.
        NoSpace: the disk is full.
    """
    environment.work_dir.mkdir(parents=True, exist_ok=True)
    environment.published_dir.mkdir(parents=True, exist_ok=True)
    work_file = environment.work_file(project)
    with exclusively(work_file.with_suffix(".lock"), project):
        unpublished = restore(work_file, environment.published_file(project))
        session = WorkSession(project, environment, unpublished)
        try:
            yield session
        except duckdb.Error as error:
            if is_no_space(error):
                raise NoSpace("writing", work_file, error) from error
            raise
        finally:
            session.close()


@contextmanager
def exclusively(lock_file: Path, project: str) -> Iterator[None]:
    """Hold the project's lock, which the kernel releases however the process ends."""
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    with lock_file.open("a+", encoding="utf-8") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    lock.seek(0)
                    raise WorkSessionActive(
                        f"Process {lock.read().strip()} has had a work session of {project} open "
                        f"for more than {LOCK_TIMEOUT_S:.0f} s (lock: {lock_file}). Wait for its "
                        "end, or end the process: the published state does not change."
                    ) from None
                time.sleep(0.05)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def connect_with_retry(file: Path) -> duckdb.DuckDBPyConnection:
    """Open a file for writing; wait for another process that has it open.

    Raises:
        WorkSessionActive: the file stayed open in another process, for example in a notebook.
    """
    deadline = time.monotonic() + CONNECT_TIMEOUT_S
    while True:
        try:
            return duckdb.connect(str(file))
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise WorkSessionActive(
                    f"The work file is open in another process: {error}. Close it there: only "
                    "the project's own steps open this file. Read the published file instead."
                ) from error
            time.sleep(0.1)
