"""Rows on their way in: cast, hashed and watched, in DuckDB whatever the destination."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from fivetran_local.destinations.destination import ID, LandingColumn, LandingTable
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted
from fivetran_local.sources.source import FileRows, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

INCOMING = "incoming"

_LOOK_EVERY_S = 0.1


@contextmanager
def incoming(
    connection: duckdb.DuckDBPyConnection,
    table: LandingTable,
    rows: Rows,
    checkpoint: Callable[[], None],
) -> Iterator[str]:
    """Offer a source's rows to a connection, as the columns of a table.

    Args:
        connection: The connection.
        table: Its columns that `rows` has are offered, and `_fivetran_id` where it has no key.
        rows: The rows.
        checkpoint: Called often while they are read; raises to end the sync.

    Yields:
        The query that returns the rows.

    Raises:
        SourceDataError: A value does not fit its column, or the source failed while it was read.
    """
    watched: _WatchedFiles | _WatchedStream
    if isinstance(rows, FileRows):
        watched = _WatchedFiles(connection, rows, checkpoint)
    else:
        watched = _WatchedStream(connection, rows, checkpoint)
    try:
        with watched:
            yield _query(table, column_names(rows), watched.relation)
    except Exception as error:
        # What a reader raises arrives here as text of another error; the first says what to mend.
        if watched.error is not None:
            raise watched.error from None
        reason = str(error).partition("\n\nLINE ")[0].strip()
        if _is_wrong_value(error):
            raise SourceDataError(
                f"{table.place}: a value does not fit its column: {reason}."
                " Mend the value in the source."
            ) from error
        if isinstance(rows, FileRows) and any(path in reason for path in rows.paths):
            raise SourceDataError(f"{table.place} cannot be read: {reason}") from error
        raise
    if watched.error is not None:
        # It was told to end when it had just read the last row.
        raise watched.error


def column_names(rows: Rows) -> set[str]:
    """Return the names of the columns that the rows have."""
    return set(rows.columns if isinstance(rows, FileRows) else rows.schema.names)


def _is_wrong_value(error: Exception) -> bool:
    # Where another driver pulls the rows, it passes on no more than DuckDB's words.
    wrong = duckdb.ConversionException | duckdb.InvalidInputException
    return isinstance(error, wrong) or "Conversion Error" in str(error)


def _query(table: LandingTable, present: set[str], relation: str) -> str:
    values = ", ".join(
        f"{_value(column)} as {quoted(column.name)}"
        for column in table.columns
        if column.source_name in present
    )
    query = f"select {values} from {relation}"
    if table.key:
        return query
    with_id = f"select *, md5(cast(to_json(r) as varchar)) as {ID} from ({query}) as r"
    # Rows that are the same in every column cannot be told apart: they are one.
    return f"select distinct on ({ID}) * from ({with_id})"


def _value(column: LandingColumn) -> str:
    name = quoted(column.source_name)
    if column.hashed:
        return f"to_base64(unhex(sha256(cast({name} as varchar))))"
    return f"cast({name} as {column.type})"


class _WatchedStream:
    """A stream that passes a checkpoint with every batch, and keeps the error that ended it."""

    relation = INCOMING

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rows: pa.RecordBatchReader,
        checkpoint: Callable[[], None],
    ) -> None:
        self.error: Exception | None = None
        self._connection = connection
        self._rows = rows
        self._checkpoint = checkpoint

    def __enter__(self) -> Self:
        reader = pa.RecordBatchReader.from_batches(self._rows.schema, self._batches())
        self._connection.register(INCOMING, reader)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._connection.unregister(INCOMING)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._rows:
                self._checkpoint()
                yield batch
        except Exception as error:
            self.error = error
            raise


class _WatchedFiles:
    """Passes checkpoints while DuckDB reads files by itself; interrupts it when told to end."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rows: FileRows,
        checkpoint: Callable[[], None],
    ) -> None:
        self.error: Exception | None = None
        self.relation = f"({rows.query})"
        self._connection = connection
        self._checkpoint = checkpoint
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch-of-files")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_LOOK_EVERY_S):
            if self.error is None:
                try:
                    self._checkpoint()
                except Exception as error:  # noqa: BLE001 - raised where the rows are awaited
                    self.error = error
            if self.error is not None:
                # Again and again: between two statements there is nothing to interrupt.
                self._connection.interrupt()
