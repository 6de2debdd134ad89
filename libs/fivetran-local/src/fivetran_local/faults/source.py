"""Faults of sources: a table that is missing, a read that fails."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from fivetran_local.errors import SourceDataError
from fivetran_local.sources.source import (
    FileRows,
    HighWaterMark,
    Rows,
    SourceColumn,
    SourceSnapshot,
    SourceTable,
    SyncSource,
)


@dataclass(frozen=True, slots=True)
class FaultySource(SyncSource):
    """Another source that lacks a table or fails after some rows."""

    source: SyncSource
    removed: str | None = None
    """A missing table, as `schema.table`."""
    fail_after_rows: int | None = None
    """Number of rows that can be read from a snapshot, over all its tables."""

    def check(self) -> None:
        """See `SyncSource.check`."""
        self.source.check()

    def fingerprint(self) -> str | None:
        """See `SyncSource.fingerprint`: a missing table is a change too."""
        found = self.source.fingerprint()
        return found if found is None or not self.removed else f"{found} without {self.removed}"

    @contextmanager
    def snapshot(self) -> Iterator["_FaultySnapshot"]:
        """See `SyncSource.snapshot`."""
        with self.source.snapshot() as snapshot, duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            yield _FaultySnapshot(self, snapshot, connection)


@dataclass
class _FaultySnapshot:
    faults: FaultySource
    snapshot: SourceSnapshot
    connection: duckdb.DuckDBPyConnection
    rows_read: int = 0

    def tables(self) -> Sequence[SourceTable]:
        return [table for table in self.snapshot.tables() if table.place != self.faults.removed]

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> Rows:
        rows = self.snapshot.rows(table, columns, since)
        limit = self.faults.fail_after_rows
        if limit is None:
            return rows
        if isinstance(rows, FileRows):
            rows = self.connection.sql(rows.query).to_arrow_reader()
        return pa.RecordBatchReader.from_batches(rows.schema, self._counted(rows, limit))

    def _counted(self, rows: pa.RecordBatchReader, limit: int) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            self.rows_read += batch.num_rows
            if batch.num_rows and self.rows_read >= limit:
                raise SourceDataError(f"Fault script: the source failed after {limit} rows.")
            yield batch
