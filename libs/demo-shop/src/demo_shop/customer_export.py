"""The shop's customer export: the people of `users`, with the mistakes that exports have."""

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
"""One id in so many has a bad row: 0.4 %."""

FIRST_BAD = 137
"""The smallest id with a bad row; the jaffle shop's orders rely on 1 … 100."""


class _Mistake(IntEnum):
    TWICE = 0
    EMAIL = 1
    DATE = 2
    LAST_NAME = 3


_SCHEMA = pa.schema({column: pa.string() for column in COLUMNS})


def customers(batches: Iterable[Users]) -> Iterator[pa.RecordBatch]:
    """Turn users into the rows of the export.

    Every 250th user from id 137 on has a bad row. In turn: the row comes a second time, at the end
    of its batch; the e-mail has no `@`; the date is unreadable; the last name is empty. So the
    share is the same at every size, and a test can name its rows.

    Args:
        batches: The users.

    Yields:
        The rows of each batch, as text.
    """
    for users in batches:
        turn = np.where(
            (users.id >= FIRST_BAD) & ((users.id - FIRST_BAD) % BAD_EVERY == 0),
            (users.id - FIRST_BAD) // BAD_EVERY % len(_Mistake),
            -1,
        )
        dates = pa.array(np.datetime_as_string(users.created_at.astype("M8[us]"), "D").astype("O"))
        columns = {
            "id": pa.array(users.id).cast("string"),
            "first_name": users.first_name,
            "last_name": _spoil(users.last_name, turn == _Mistake.LAST_NAME, lambda _: ""),
            "email": _spoil(
                users.email, turn == _Mistake.EMAIL, lambda mail: mail.replace("@", " at ")
            ),
            "country": users.country,
            "signed_up_on": _spoil(dates, turn == _Mistake.DATE, lambda day: f"about {day[:4]}"),
        }
        batch = pa.record_batch([columns[name] for name in COLUMNS], schema=_SCHEMA)
        yield batch
        yield batch.filter(pa.array(turn == _Mistake.TWICE))


def csv_chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Write the export as CSV, in UTF-8, with a header.

    Args:
        batches: Rows of the export.

    Yields:
        The file, in pieces.
    """
    yield (",".join(COLUMNS) + "\n").encode()
    options = pyarrow.csv.WriteOptions(include_header=False)
    for batch in batches:
        piece = io.BytesIO()
        pyarrow.csv.write_csv(batch, piece, options)
        yield piece.getvalue()


def _spoil(
    column: pa.StringArray, where: npt.NDArray[np.bool_], mistake: Callable[[str], str]
) -> pa.Array:
    rows = pa.array(where)
    spoilt = [mistake(value) for value in column.filter(rows).to_pylist()]
    return pc.replace_with_mask(column, rows, pa.array(spoilt, pa.string()))
