"""A DuckDB file as a destination, open only while a sync writes to it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from fivetran_local.destinations.destination import RETRY_SECONDS, SyncDestination
from fivetran_local.destinations.duckdb_writer import DuckDBWriter
from fivetran_local.errors import DestinationError

# A sync streams rows: what exceeds the memory limit is spilled next to the file. Every thread fills
# its own row groups: many threads would exceed the limit.
_SETTINGS = """
set timezone = 'UTC';
set memory_limit = '512MB';
set threads = least(4, current_setting('threads')::int);
set preserve_insertion_order = false;
set autoinstall_known_extensions = false;
begin
"""


class DuckDBFile(SyncDestination):
    """One DuckDB file that syncs of any process write to, one at a time."""

    service = "duckdb"

    def __init__(self, file: Path) -> None:
        """Describe the destination; the first sync creates the file."""
        self.file = file
        self.place = str(file)
        # Threads of one process would share a DuckDB instance and conflict in their transactions;
        # processes are kept apart by DuckDB's file lock.
        self._one_thread = threading.Lock()

    def config(self) -> dict[str, str | int | None]:
        """See `SyncDestination.config`."""
        return {"database": self.file.stem}

    def check(self) -> str | None:
        """See `SyncDestination.check`."""
        directory = self.file.parent
        return None if os.access(directory, os.W_OK) else f"{directory} is not writable."

    @contextmanager
    def writing(self, checkpoint: Callable[[], None]) -> Iterator[DuckDBWriter]:
        """See `SyncDestination.writing`."""
        keep_waiting = self.patience(checkpoint)
        while not self._one_thread.acquire(timeout=RETRY_SECONDS):
            keep_waiting()
        try:
            # On any exit before the commit the connection closes, and DuckDB rolls back.
            with self._open(keep_waiting) as connection:
                connection.execute(_SETTINGS)
                yield DuckDBWriter(connection, checkpoint)
                connection.execute("commit")
        except duckdb.Error as error:
            raise DestinationError(f"{self.file}: {error}") from error
        finally:
            self._one_thread.release()

    def _open(self, keep_waiting: Callable[[], None]) -> duckdb.DuckDBPyConnection:
        while True:
            try:
                return duckdb.connect(str(self.file))
            except duckdb.ConnectionException:
                # This process reads the file now: DuckDB allows one mode per process.
                keep_waiting()
            except duckdb.IOException as error:
                if "lock" not in str(error):
                    raise DestinationError(
                        f"{self.file} cannot be opened: {error} "
                        "Delete the file; the next sync writes all rows again."
                    ) from error
                keep_waiting()
            time.sleep(RETRY_SECONDS)
