"""A source's rows as a DuckDB query, cast, hashed and interruptible, for any destination."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from fivetran_local.destinations.target_table import ID, TargetColumn, TargetTable
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted
from fivetran_local.sources.source import FileRows, Rows

_STREAM = "incoming"
_CHECKPOINT_SECONDS = 0.1


@contextmanager
def incoming(
    connection: duckdb.DuckDBPyConnection,
    table: TargetTable,
    rows: Rows,
    checkpoint: Callable[[], None],
) -> Iterator[str]:
    """Offer a source's rows to a connection, with the columns of a table.

    Args:
        connection: The connection.
        table: The table; its columns that `rows` has are offered, and `_fivetran_id` if it has no
            key.
        rows: The rows.
        checkpoint: Called often while rows are read; raises to end the sync.

    Yields:
        The query that returns the rows.

    Raises:
        SourceDataError: A value does not match its column's type, or the source failed.
    """
    read = _Read(connection, checkpoint)
    offered = read.in_place(rows) if isinstance(rows, FileRows) else read.streamed(rows)
    try:
        with offered as relation:
            yield _query(table, column_names(rows), relation)
    except Exception as error:
        # DuckDB turns an error in a stream into the text of another one; the first has the fix.
        if read.error is not None:
            raise read.error from None
        reason = str(error).partition("\n\nLINE ")[0].strip()
        if _is_conversion_error(error):
            raise SourceDataError(
                f"{table.place}: a value does not fit its column: {reason}."
                " Fix the value in the source."
            ) from error
        if isinstance(rows, FileRows) and any(path in reason for path in rows.paths):
            raise SourceDataError(f"{table.place} cannot be read: {reason}") from error
        raise
    if read.error is not None:
        # The checkpoint raised after the last row was read.
        raise read.error


def column_names(rows: Rows) -> set[str]:
    """Return the names of the columns that the rows have."""
    return set(rows.columns if isinstance(rows, FileRows) else rows.schema.names)


def _is_conversion_error(error: Exception) -> bool:
    # If another driver pulls the rows, its error contains only the text of DuckDB's error.
    wrong = duckdb.ConversionException | duckdb.InvalidInputException
    return isinstance(error, wrong) or "Conversion Error" in str(error)


def _query(table: TargetTable, present: set[str], relation: str) -> str:
    values = ", ".join(
        f"{_value(column)} as {quoted(column.name)}"
        for column in table.columns
        if column.source_name in present
    )
    query = f"select {values} from {relation}"
    if table.key:
        return query
    with_id = f"select *, md5(cast(to_json(r) as varchar)) as {ID} from ({query}) as r"
    # Rows that are equal in every column cannot be distinguished: they become one row.
    return f"select distinct on ({ID}) * from ({with_id})"


def _value(column: TargetColumn) -> str:
    name = quoted(column.source_name)
    if column.hashed:
        return f"to_base64(unhex(sha256(cast({name} as varchar))))"
    return f"cast({name} as {column.type})"


@dataclass
class _Read:
    """A read of rows with checkpoints."""

    connection: duckdb.DuckDBPyConnection
    checkpoint: Callable[[], None]
    error: Exception | None = None
    """The error that ended the read early, which DuckDB would reduce to its text."""

    @contextmanager
    def streamed(self, rows: pa.RecordBatchReader) -> Iterator[str]:
        """Offer a stream as a relation, with a checkpoint before every batch."""

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                for batch in rows:
                    self.checkpoint()
                    yield batch
            except Exception as error:
                self.error = error
                raise

        reader = pa.RecordBatchReader.from_batches(rows.schema, batches())
        self.connection.register(_STREAM, reader)
        yield _STREAM
        self.connection.unregister(_STREAM)

    @contextmanager
    def in_place(self, rows: FileRows) -> Iterator[str]:
        """Let DuckDB read the files, with a checkpoint every 0.1 seconds in another thread."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_CHECKPOINT_SECONDS):
                if self.error is None:
                    try:
                        self.checkpoint()
                    except Exception as error:  # noqa: BLE001 - `incoming` raises it
                        self.error = error
                if self.error is not None:
                    # Repeated: between two statements there is nothing to interrupt.
                    self.connection.interrupt()

        thread = threading.Thread(target=watch, name="checkpoint-of-files")
        thread.start()
        try:
            yield f"({rows.query})"
        finally:
            done.set()
            thread.join()
