"""Rows on their way in: cast, hashed and watched, in DuckDB whatever the destination."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from fivetran_local.destinations.destination import ID, LandingColumn, LandingTable
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted
from fivetran_local.sources.source import FileRows, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    watch = _Watch()
    offered = (
        _read_in_place(connection, rows, checkpoint, watch)
        if isinstance(rows, FileRows)
        else _streamed(connection, rows, checkpoint, watch)
    )
    try:
        with offered as relation:
            yield _query(table, column_names(rows), relation)
    except Exception as error:
        # What a reader raises arrives here as text of another error; the first says what to mend.
        if watch.error is not None:
            raise watch.error from None
        reason = str(error).partition("\n\nLINE ")[0].strip()
        if _is_wrong_value(error):
            raise SourceDataError(
                f"{table.place}: a value does not fit its column: {reason}."
                " Mend the value in the source."
            ) from error
        if isinstance(rows, FileRows) and any(path in reason for path in rows.paths):
            raise SourceDataError(f"{table.place} cannot be read: {reason}") from error
        raise
    if watch.error is not None:
        # It was told to end when it had just read the last row.
        raise watch.error


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


@dataclass
class _Watch:
    """Keeps what ended the rows early: where they are awaited it arrives as mere text."""

    error: Exception | None = None


@contextmanager
def _streamed(
    connection: duckdb.DuckDBPyConnection,
    rows: pa.RecordBatchReader,
    checkpoint: Callable[[], None],
    watch: _Watch,
) -> Iterator[str]:
    """Offer a stream as a relation, with a checkpoint at every batch."""

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in rows:
                checkpoint()
                yield batch
        except Exception as error:
            watch.error = error
            raise

    connection.register(INCOMING, pa.RecordBatchReader.from_batches(rows.schema, batches()))
    yield INCOMING
    connection.unregister(INCOMING)


@contextmanager
def _read_in_place(
    connection: duckdb.DuckDBPyConnection,
    rows: FileRows,
    checkpoint: Callable[[], None],
    watch: _Watch,
) -> Iterator[str]:
    """Have DuckDB read the files by itself, with a checkpoint now and then beside it."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_EVERY_S):
            if watch.error is None:
                try:
                    checkpoint()
                except Exception as error:  # noqa: BLE001 - raised where the rows are awaited
                    watch.error = error
            if watch.error is not None:
                # Again and again: between two statements there is nothing to interrupt.
                connection.interrupt()

    thread = threading.Thread(target=look, name="watch-of-files")
    thread.start()
    try:
        yield f"({rows.query})"
    finally:
        done.set()
        thread.join()
