"""A DuckDB file as a destination, open only while a sync writes to it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from fivetran_local.destinations.destination import RETRY_SECONDS, SyncDestination
from fivetran_local.destinations.incoming_rows import incoming
from fivetran_local.destinations.target_table import TargetTable
from fivetran_local.destinations.writer import DestinationWriter
from fivetran_local.errors import DestinationError
from fivetran_local.names import literal, quoted, quoted_list
from fivetran_local.sources.source import Rows

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

# A bit for every number between the smallest and the largest key: at most 8 bytes a row and 120 MB.
_BITS_PER_ROW = 64
_MAX_BITS = 1_000_000_000


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
    def writing(self, checkpoint: Callable[[], None]) -> Iterator["DuckDBWriter"]:
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


class DuckDBWriter(DestinationWriter):
    """An open transaction on a DuckDB file; `duckdb` is the connection to the file itself."""

    def fill(self, table: TargetTable, rows: Rows, synced_at: str) -> int:
        """See `DestinationWriter.fill`: rows are streamed into the table."""
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            arrival = table.arrival(synced_at)
            added = ", ".join(f"{value} as {name}" for name, value in arrival.items())
            written = self.run(
                f"insert into {table.relation} by name select *, {added} from ({query})"
            )
        self.check_key(table, table.relation)
        return written

    def stage(self, table: TargetTable, rows: Rows) -> None:
        """See `DestinationWriter.stage`."""
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            self.run(f"create or replace temp table staged as {query}")
        self.check_key(table, "staged")

    @contextmanager
    def current_keys(self, table: TargetTable) -> Iterator[str]:
        """See `DestinationWriter.current_keys`."""
        yield (
            f"select {quoted_list(table.key)} from {table.relation} as d where {table.current('d')}"
        )

    def load_gone_keys(self, table: TargetTable) -> None:
        """See `DestinationWriter.load_gone_keys`: the table is in this database."""

    def is_provably_unique(self, table: TargetTable, relation: str) -> bool:
        """See `DestinationWriter.is_provably_unique`: counts the bits of dense whole numbers."""
        if [column.type for column in table.key_columns] != ["BIGINT"]:
            return False
        key = quoted(*table.key)
        [(rows, low, high)] = self.rows(f"select count(*), min({key}), max({key}) from {relation}")
        if not rows:
            return True
        if high - low >= min(rows * _BITS_PER_ROW, _MAX_BITS):
            return False
        [(distinct,)] = self.rows(
            f"select bit_count(bitstring_agg({key}, {low}, {high})) from {relation}"
        )
        return bool(distinct == rows)

    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """See `DestinationWriter.column_types`."""
        found = self.rows(
            "select column_name, data_type from information_schema.columns"
            f" where table_catalog = current_database() and table_schema = {literal(schema_name)}"
            f" and table_name = {literal(name)} order by ordinal_position"
        )
        return {
            column: "TIMESTAMPTZ" if type_ == "TIMESTAMP WITH TIME ZONE" else type_
            for column, type_ in found
        }

    def create(self, table: TargetTable, columns: dict[str, str]) -> None:
        """See `DestinationWriter.create`: without a key constraint, whose index uses memory."""
        listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
        self.run(f"create table {table.relation} ({listed})")

    def run(self, statement: str) -> int:
        """See `DestinationWriter.run`."""
        found = self.rows(statement)
        return int(found[0][0]) if found else 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `DestinationWriter.rows`."""
        found: list[tuple[Any, ...]] = self.duckdb.execute(query).fetchall()
        return found

    def spelled(self, column_type: str) -> str:
        """See `DestinationWriter.spelled`: the types have DuckDB's names."""
        return column_type

    def utc_text(self, expression: str) -> str:
        """See `DestinationWriter.utc_text`."""
        return f"strftime(timezone('UTC', {expression}), '%Y-%m-%dT%H:%M:%S.%fZ')"
