"""Rows on their way in: cast, hashed and watched, in DuckDB whatever the destination."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from fivetran_local.destinations.destination import ID, LandingColumn, LandingTable
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INCOMING = "incoming"


@contextmanager
def incoming(
    connection: duckdb.DuckDBPyConnection,
    table: LandingTable,
    rows: pa.RecordBatchReader,
    checkpoint: Callable[[int], None],
) -> Iterator[str]:
    """Offer a source's batches to a connection, as the columns of a table.

    Args:
        connection: The connection.
        table: Its columns that `rows` has are offered, and `_fivetran_id` where it has no key.
        rows: The batches.
        checkpoint: Called with the rows of each batch; raises to end the sync.

    Yields:
        The query that returns the rows.

    Raises:
        SourceDataError: A value does not fit its column, or the source failed while it was read.
    """
    watched = _Watched(rows, checkpoint)
    connection.register(INCOMING, watched.reader)
    try:
        yield _query(table, set(rows.schema.names))
    except Exception as error:
        # What a reader raises arrives here as text of another error; the first says what to mend.
        if watched.error is not None:
            raise watched.error from None
        if _is_wrong_value(error):
            reason = str(error).partition("\n\nLINE ")[0].strip()
            raise SourceDataError(
                f"{table.place}: a value does not fit its column: {reason}."
                " Mend the value in the source."
            ) from error
        raise
    connection.unregister(INCOMING)


def _is_wrong_value(error: Exception) -> bool:
    # Where another driver pulls the rows, it passes on no more than DuckDB's words.
    wrong = duckdb.ConversionException | duckdb.InvalidInputException
    return isinstance(error, wrong) or "Conversion Error" in str(error)


def _query(table: LandingTable, present: set[str]) -> str:
    values = ", ".join(
        f"{_value(column)} as {quoted(column.name)}"
        for column in table.columns
        if column.source_name in present
    )
    query = f"select {values} from {INCOMING}"
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


class _Watched:
    """A reader that passes a checkpoint with every batch, and keeps the error that ended it."""

    def __init__(self, rows: pa.RecordBatchReader, checkpoint: Callable[[int], None]) -> None:
        self.error: Exception | None = None
        self._rows = rows
        self._checkpoint = checkpoint
        self.reader = pa.RecordBatchReader.from_batches(rows.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._rows:
                self._checkpoint(batch.num_rows)
                yield batch
        except Exception as error:
            self.error = error
            raise
