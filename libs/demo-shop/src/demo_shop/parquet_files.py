"""The shop's tables as Parquet files, for sizes that SQLite is too slow for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo_shop.demand import CHANNELS
from demo_shop.draws import EDITION, Ints
from demo_shop.errors import ShopFileUnreadable
from demo_shop.lifecycle import STATUSES
from demo_shop.orders import Orders
from demo_shop.users import Users

_MOMENT = pa.timestamp("us", tz="UTC")
_AMOUNT = pa.decimal128(12, 2)
_EDITION_NOTE = b"demo_shop.edition"
_WORD = pa.dictionary(pa.int8(), pa.string())

_USERS = pa.schema(
    {
        "id": pa.int64(),
        "email": pa.string(),
        "full_name": pa.string(),
        "country": pa.string(),
        "signup_channel": pa.string(),
        "created_at": _MOMENT,
        "updated_at": _MOMENT,
    }
)
_ORDERS = pa.schema(
    {
        "id": pa.int64(),
        "user_id": pa.int64(),
        "channel": _WORD,
        "status": _WORD,
        "amount": _AMOUNT,
        "currency": _WORD,
        "ordered_at": _MOMENT,
        "updated_at": _MOMENT,
    }
)


@dataclass(frozen=True)
class ParquetFiles:
    """The files of one shop; the columns are those of the tables in SQLite."""

    users: Path
    orders: Path


def write_users(batches: Iterable[Users], file: Path) -> None:
    """Write users to a Parquet file: times as TIMESTAMPTZ, text as VARCHAR.

    Args:
        batches: The users.
        file: Where to; overwritten.
    """
    _write(
        file,
        _USERS,
        (_user_batch(batch) for batch in batches),
        few_values=["country", "signup_channel"],
    )


def write_orders(batches: Iterable[Orders], file: Path) -> None:
    """Write orders to a Parquet file: amounts as DECIMAL(12,2), times as TIMESTAMPTZ.

    Args:
        batches: The orders.
        file: Where to; overwritten.
    """
    _write(
        file,
        _ORDERS,
        (_order_batch(batch) for batch in batches),
        few_values=["channel", "status", "currency"],
    )


def is_current(file: Path) -> bool:
    """Return whether this edition of the generator made a Parquet file.

    Raises:
        ShopFileUnreadable: It is no Parquet file.
    """
    try:
        notes = pq.read_metadata(file).metadata or {}
    except pa.ArrowInvalid as error:
        message = f"{file} is no Parquet file ({error}): move it away; a new one is made."
        raise ShopFileUnreadable(message) from error
    return notes.get(_EDITION_NOTE) == str(EDITION).encode()


def _write(
    file: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, few_values: list[str]
) -> None:
    # Without Arrow's own schema in the file every reader sees plain strings, not categories.
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=few_values,
        store_schema=False,
    ) as writer:
        for batch in batches:
            writer.write_batch(batch)
        writer.add_key_value_metadata({_EDITION_NOTE: str(EDITION).encode()})


def _user_batch(users: Users) -> pa.RecordBatch:
    return pa.record_batch(
        [
            pa.array(users.id),
            users.email,
            pc.binary_join_element_wise(users.first_name, users.last_name, " "),
            users.country,
            users.signup_channel,
            pa.array(users.created_at).cast(_MOMENT),
            pa.array(users.updated_at).cast(_MOMENT),
        ],
        schema=_USERS,
    )


def _order_batch(orders: Orders) -> pa.RecordBatch:
    return pa.record_batch(
        [
            pa.array(orders.id),
            pa.array(orders.user_id),
            _words(orders.channel, CHANNELS),
            _words(orders.status, STATUSES),
            _decimals(orders.cents),
            _words(np.zeros_like(orders.id), ("EUR",)),
            pa.array(orders.ordered_at).cast(_MOMENT),
            pa.array(orders.updated_at).cast(_MOMENT),
        ],
        schema=_ORDERS,
    )


def _words(places: Ints, words: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int8)), pa.array(words))


def _decimals(cents: Ints) -> pa.Array:
    # Arrow keeps a decimal as a whole number of 16 bytes, lower half first: no cast from a whole
    # number of cents to DECIMAL(12,2) exists that would not multiply by a hundred.
    halves = np.zeros((len(cents), 2), dtype="<i8")
    halves[:, 0] = cents
    return pa.Array.from_buffers(_AMOUNT, len(cents), [None, pa.py_buffer(halves)])
