"""The destination as a DuckDB file, open only while a sync writes to it."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import duckdb

from fivetran_local.destinations.duckdb_landing import DuckDBLanding
from fivetran_local.errors import (
    DestinationBusyError,
    DestinationError,
    FivetranLocalError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Readers hold the file for moments; another connector's first sync may hold it for minutes.
_DEADLINE_SECONDS = 600.0
_RETRY_SECONDS = 0.05

# A sync streams; what does not fit is spilled beside the file.
_MEMORY_LIMIT = "512MB"


class DuckDBDestination:
    """One DuckDB file that syncs of any process write to, one at a time."""

    def __init__(self, file: Path) -> None:
        """Describe the destination; the file is made by the first sync.

        Args:
            file: The DuckDB file.
        """
        self.file = file
        self.service = "duckdb"
        self.place = str(file)
        # Within this process DuckDB would share one instance between threads, and their
        # transactions would meet; between processes its own file lock keeps order.
        self._one_thread = threading.Lock()

    def config(self) -> dict[str, str | int | None]:
        """See `Destination.config`."""
        return {"database": self.file.stem}

    def check(self) -> str | None:
        """See `Destination.check`."""
        folder = self.file.parent
        return None if os.access(folder, os.W_OK) else f"{folder} cannot be written."

    @contextmanager
    def writing(self, checkpoint: Callable[[], None]) -> Iterator[DuckDBLanding]:
        """See `Destination.writing`."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not self._one_thread.acquire(timeout=_RETRY_SECONDS):
            self._keep_waiting(deadline, checkpoint)
        try:
            with closing(self._opened(deadline, checkpoint)) as connection:
                yield from self._transaction(connection, checkpoint)
        finally:
            self._one_thread.release()

    def _transaction(
        self, connection: duckdb.DuckDBPyConnection, checkpoint: Callable[[], None]
    ) -> Iterator[DuckDBLanding]:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        # Every thread fills row groups of its own: many would not fit the limit.
        connection.execute("set threads = least(4, current_setting('threads')::int)")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("begin")
        try:
            yield DuckDBLanding(connection, checkpoint)
            connection.execute("commit")
        except FivetranLocalError:
            raise
        except duckdb.Error as error:
            raise DestinationError(f"{self.file}: {error}") from error
        # On any way out but the commit the connection closes, and DuckDB rolls back.

    def _opened(self, deadline: float, checkpoint: Callable[[], None]) -> duckdb.DuckDBPyConnection:
        while True:
            try:
                return duckdb.connect(str(self.file))
            except duckdb.ConnectionException:
                # This process reads the file at this moment: DuckDB allows one mode per process.
                self._keep_waiting(deadline, checkpoint)
            except duckdb.IOException as error:
                if "lock" not in str(error):
                    raise DestinationError(
                        f"{self.file} cannot be opened: {error} "
                        "Delete the file to have the next sync write all rows anew."
                    ) from error
                self._keep_waiting(deadline, checkpoint)
            time.sleep(_RETRY_SECONDS)

    def _keep_waiting(self, deadline: float, checkpoint: Callable[[], None]) -> None:
        checkpoint()
        if time.monotonic() > deadline:
            raise DestinationBusyError(
                f"{self.file} was kept open by others for {_DEADLINE_SECONDS:.0f} seconds. "
                "Close the notebook or shell that has it open, then sync again."
            )
