"""A source that has lost a table: what a fault script makes of another one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fivetran_local.sources.source import (
        HighWaterMark,
        Rows,
        Snapshot,
        Source,
        SourceColumn,
        SourceTable,
    )


class SourceWithoutTable:
    """Another source, less one table."""

    def __init__(self, source: Source, place: str) -> None:
        """Hide a table of `source`.

        Args:
            source: The source.
            place: The table as `schema.table`.
        """
        self._source = source
        self._place = place

    def check(self) -> None:
        """See `Source.check`."""
        self._source.check()

    def fingerprint(self) -> str | None:
        """See `Source.fingerprint`: a missing table is a change too."""
        of_source = self._source.fingerprint()
        return None if of_source is None else f"{of_source} without {self._place}"

    @contextmanager
    def snapshot(self) -> Iterator[_SnapshotWithoutTable]:
        """See `Source.snapshot`."""
        with self._source.snapshot() as snapshot:
            yield _SnapshotWithoutTable(snapshot, self._place)


class _SnapshotWithoutTable:
    def __init__(self, snapshot: Snapshot, place: str) -> None:
        self._snapshot = snapshot
        self._place = place

    def tables(self) -> Sequence[SourceTable]:
        return [table for table in self._snapshot.tables() if table.place != self._place]

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> Rows:
        return self._snapshot.rows(table, columns, since)
