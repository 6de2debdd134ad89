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
from warehouse.publication import Publication, attach_read_only, publish
from warehouse.tables import TableKey, quoted, schema_and_table
from warehouse.work_file import note_published, restore

if TYPE_CHECKING:
    import pandas as pd

LOCK_TIMEOUT_S = 600.0
"""How long a session waits for another session of the same project; the pool makes this rare."""
CONNECT_TIMEOUT_S = 30.0
"""How long a session waits for another process that has the work file open."""


class WorkSession:
    """A project's transaction on its work file.

    A session that ends without `publish` changes nothing that readers see.
    """

    def __init__(self, project: str, environment: Environment, set_aside: Path | None) -> None:
        self.project = project
        self.work_file = environment.work_file(project)
        self.published_file = environment.published_file(project)
        self.set_aside = set_aside
        """Where an unpublished state was moved when this session began, None if there was none."""
        self.publication: Publication | None = None
        self._environment = environment
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the work file, opened at first use and closed by `publish`."""
        if self._connection is None:
            self._connection = connect_with_retry(self.work_file)
        return self._connection

    def attach(self, project: str) -> None:
        """Attach what another project has published, read-only, under its name.

        Raises:
            PublicationCorrupt: it is missing or cannot be read.
        """
        attach_read_only(self.connection, self._environment.published_file(project), project)

    def write(self, key: TableKey, data: pa.Table | pa.RecordBatchReader | pd.DataFrame) -> int:
        """Replace a table by `data`, in one transaction.

        Args:
            key: Schema and table; the schema is made if there is none.
            data: Arrow table or stream, or a pandas frame (its index is not written).

        Returns:
            The number of rows that the table has now.
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
        """The table's full name, quoted, for SQL on `connection`.

        With the database's name in front: a project may be named like its schema, and then
        DuckDB refuses the two-part name as ambiguous.
        """
        return quoted(self.work_file.stem, *schema_and_table(key))

    def rows(self, key: TableKey) -> int:
        """Number of rows of a table of the work file."""
        # All rows: DuckDB 2 refuses other work on a connection with a result that is not read out.
        rows = self.connection.execute(f"select count(*) from {self.relation(key)}").fetchall()
        return int(rows[0][0])

    def columns(self, key: TableKey) -> list[tuple[str, str]]:
        """Name and type of each column of a table of the work file, in their order."""
        schema, table = schema_and_table(key)
        return self.connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = ? "
            "and table_name = ? and database_name = ? order by column_index",
            [schema, table, self.work_file.stem],
        ).fetchall()

    def publish(self) -> Publication:
        """Make the state of the work file what everybody reads, at once.

        Raises:
            NoSpace: the disk is full; everybody goes on reading the old state.
        """
        self.publication = publish(self.connection, self.work_file, self.published_file)
        self._connection = None
        note_published(self.work_file, self.publication)
        return self.publication

    def close(self) -> None:
        """Let go of the work file: another process, such as dbt, may open it now."""
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
    """Hold the project's lock; the kernel lets go of it when the process dies, however it dies."""
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
    """Open a file for writing, waiting a while for somebody who has it open.

    Raises:
        WorkSessionActive: it stayed open elsewhere, for example in a shell or a notebook.
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
