"""The shop's customer export: the rows of `users`, with typical errors of exports."""

import io
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from demo_shop.users import Users

COLUMNS = ("id", "first_name", "last_name", "email", "country", "signed_up_on")
"""Columns of the export, all text."""

BAD_EVERY = 250
"""Distance between ids with a bad row: 0.4 % of the rows are bad."""

FIRST_BAD = 137
"""The smallest id with a bad row; the jaffle shop's orders use the ids 1 to 100."""


class _Error(IntEnum):
    DUPLICATE = 0
    EMAIL = 1
    DATE = 2
    LAST_NAME = 3


_SCHEMA = pa.schema({column: pa.string() for column in COLUMNS})


def customers(batches: Iterable[Users]) -> Iterator[pa.RecordBatch]:
    """Yield the users as rows of the export.

    Every 250th user from id 137 on has a bad row. In turn: the row is duplicated at the end of its
    batch; the e-mail has no `@`; the date is unreadable; the last name is empty. So every size has
    the same share of bad rows, and a test can name them.
    """
    for users in batches:
        turn = np.where(
            (users.id >= FIRST_BAD) & ((users.id - FIRST_BAD) % BAD_EVERY == 0),
            (users.id - FIRST_BAD) // BAD_EVERY % len(_Error),
            -1,
        )
        dates = pa.array(np.datetime_as_string(users.created_at.astype("M8[us]"), "D").astype("O"))
        columns = {
            "id": pa.array(users.id).cast("string"),
            "first_name": users.first_name,
            "last_name": _with_error(users.last_name, turn == _Error.LAST_NAME, lambda _: ""),
            "email": _with_error(
                users.email, turn == _Error.EMAIL, lambda mail: mail.replace("@", " at ")
            ),
            "country": users.country,
            "signed_up_on": _with_error(dates, turn == _Error.DATE, lambda day: f"about {day[:4]}"),
        }
        batch = pa.record_batch([columns[name] for name in COLUMNS], schema=_SCHEMA)
        yield batch
        yield batch.filter(pa.array(turn == _Error.DUPLICATE))


def csv_chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Yield the export as chunks of a CSV file in UTF-8 with a header."""
    yield (",".join(COLUMNS) + "\n").encode()
    options = pyarrow.csv.WriteOptions(include_header=False)
    for batch in batches:
        piece = io.BytesIO()
        pyarrow.csv.write_csv(batch, piece, options)
        yield piece.getvalue()


def _with_error(
    column: pa.StringArray, where: npt.NDArray[np.bool_], error: Callable[[str], str]
) -> pa.Array:
    rows = pa.array(where)
    changed = [error(value) for value in column.filter(rows).to_pylist()]
    return pc.replace_with_mask(column, rows, pa.array(changed, pa.string()))
