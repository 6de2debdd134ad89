"""Faults of sources: a table that is missing, a read that fails."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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


class FaultySource(SyncSource):
    """Another source that lacks a table or fails after some rows."""

    def __init__(
        self, source: SyncSource, *, removed: str | None = None, fail_after_rows: int | None = None
    ) -> None:
        """Wrap a source.

        Args:
            source: The source.
            removed: A table that is missing, as `schema.table`.
            fail_after_rows: Number of rows that can be read from a snapshot, over all its tables.
        """
        self._source = source
        self._removed = removed
        self._fail_after_rows = fail_after_rows

    def check(self) -> None:
        """See `SyncSource.check`."""
        self._source.check()

    def fingerprint(self) -> str | None:
        """See `SyncSource.fingerprint`: a missing table is a change too."""
        found = self._source.fingerprint()
        return found if found is None or not self._removed else f"{found} without {self._removed}"

    @contextmanager
    def snapshot(self) -> Iterator["_FaultySnapshot"]:
        """See `SyncSource.snapshot`."""
        with self._source.snapshot() as snapshot, duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            yield _FaultySnapshot(snapshot, connection, self._removed, self._fail_after_rows)


class _FaultySnapshot:
    def __init__(
        self,
        snapshot: SourceSnapshot,
        connection: duckdb.DuckDBPyConnection,
        removed: str | None,
        fail_after_rows: int | None,
    ) -> None:
        self._snapshot = snapshot
        self._connection = connection
        self._removed = removed
        self._fail_after_rows = fail_after_rows
        self._read = 0

    def tables(self) -> Sequence[SourceTable]:
        return [table for table in self._snapshot.tables() if table.place != self._removed]

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> Rows:
        rows = self._snapshot.rows(table, columns, since)
        if self._fail_after_rows is None:
            return rows
        if isinstance(rows, FileRows):
            rows = self._connection.sql(rows.query).to_arrow_reader()
        return pa.RecordBatchReader.from_batches(
            rows.schema, self._counted(rows, self._fail_after_rows)
        )

    def _counted(self, rows: pa.RecordBatchReader, limit: int) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            self._read += batch.num_rows
            if batch.num_rows and self._read >= limit:
                raise SourceDataError(f"Fault script: the source failed after {limit} rows.")
            yield batch
