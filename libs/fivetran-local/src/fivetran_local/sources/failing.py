"""A source that fails while it is read: what a fault script makes of another one."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from fivetran_local.errors import SourceDataError
from fivetran_local.sources.source import FileRows, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fivetran_local.sources.source import (
        HighWaterMark,
        Snapshot,
        Source,
        SourceColumn,
        SourceTable,
    )


class FailingSource:
    """Another source, which fails after some rows."""

    def __init__(self, source: Source, after_rows: int) -> None:
        """Have `source` fail.

        Args:
            source: The source.
            after_rows: How many rows can be read of a snapshot, over all its tables.
        """
        self._source = source
        self._after_rows = after_rows

    def check(self) -> None:
        """See `Source.check`."""
        self._source.check()

    def fingerprint(self) -> str | None:
        """See `Source.fingerprint`."""
        return self._source.fingerprint()

    @contextmanager
    def snapshot(self) -> Iterator[_FailingSnapshot]:
        """See `Source.snapshot`."""
        with self._source.snapshot() as snapshot, closing(duckdb.connect()) as connection:
            connection.execute("set timezone = 'UTC'")
            yield _FailingSnapshot(snapshot, connection, self._after_rows)


class _FailingSnapshot:
    def __init__(
        self, snapshot: Snapshot, connection: duckdb.DuckDBPyConnection, after_rows: int
    ) -> None:
        self._snapshot = snapshot
        self._connection = connection
        self._after_rows = after_rows
        self._read = 0

    def tables(self) -> Sequence[SourceTable]:
        return self._snapshot.tables()

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> Rows:
        rows = self._snapshot.rows(table, columns, since)
        if isinstance(rows, FileRows):
            rows = self._connection.sql(rows.query).to_arrow_reader()
        return pa.RecordBatchReader.from_batches(rows.schema, self._counted(rows))

    def _counted(self, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            self._read += batch.num_rows
            if batch.num_rows and self._read >= self._after_rows:
                raise SourceDataError(
                    f"Fault script: the source failed after {self._after_rows} rows."
                )
            yield batch
