"""The shop's tables as Parquet files, for sizes at which SQLite is too slow."""

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

_TIME = pa.timestamp("us", tz="UTC")
_AMOUNT = pa.decimal128(12, 2)
_EDITION_NOTE = b"demo_shop.edition"
_CATEGORY = pa.dictionary(pa.int8(), pa.string())

_USERS = pa.schema(
    {
        "id": pa.int64(),
        "email": pa.string(),
        "full_name": pa.string(),
        "country": pa.string(),
        "signup_channel": pa.string(),
        "created_at": _TIME,
        "updated_at": _TIME,
    }
)
_ORDERS = pa.schema(
    {
        "id": pa.int64(),
        "user_id": pa.int64(),
        "channel": _CATEGORY,
        "status": _CATEGORY,
        "amount": _AMOUNT,
        "currency": _CATEGORY,
        "ordered_at": _TIME,
        "updated_at": _TIME,
    }
)


@dataclass(frozen=True)
class ParquetFiles:
    """The files of one shop, with the columns of the tables in SQLite."""

    users: Path
    orders: Path


def write_users(batches: Iterable[Users], file: Path) -> None:
    """Write users to a Parquet file: times as TIMESTAMPTZ, text as VARCHAR."""
    few_values = ["country", "signup_channel"]
    _write(file, _USERS, map(_user_batch, batches), few_values=few_values)


def write_orders(batches: Iterable[Orders], file: Path) -> None:
    """Write orders to a Parquet file: amounts as DECIMAL(12,2), times as TIMESTAMPTZ."""
    few_values = ["channel", "status", "currency"]
    _write(file, _ORDERS, map(_order_batch, batches), few_values=few_values)


def is_current(file: Path) -> bool:
    """Return whether this version of the generator created a Parquet file.

    Raises:
        ShopFileUnreadable: It is not a Parquet file.
    """
    try:
        notes = pq.read_metadata(file).metadata or {}
    except pa.ArrowInvalid as error:
        message = (
            f"{file} is not a Parquet file ({error}). Move it away: a new one will be created."
        )
        raise ShopFileUnreadable(message) from error
    return notes.get(_EDITION_NOTE) == str(EDITION).encode()


def _write(
    file: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, few_values: list[str]
) -> None:
    # Without Arrow's schema in the file every reader sees plain strings instead of categories.
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
            pa.array(users.created_at).cast(_TIME),
            pa.array(users.updated_at).cast(_TIME),
        ],
        schema=_USERS,
    )


def _order_batch(orders: Orders) -> pa.RecordBatch:
    return pa.record_batch(
        [
            pa.array(orders.id),
            pa.array(orders.user_id),
            _categories(orders.channel, CHANNELS),
            _categories(orders.status, STATUSES),
            _decimals(orders.cents),
            _categories(np.zeros_like(orders.id), ("EUR",)),
            pa.array(orders.ordered_at).cast(_TIME),
            pa.array(orders.updated_at).cast(_TIME),
        ],
        schema=_ORDERS,
    )


def _categories(indexes: Ints, names: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(indexes.astype(np.int8)), pa.array(names))


def _decimals(cents: Ints) -> pa.Array:
    # Arrow stores a decimal as a whole number of 16 bytes, lower half first. Its casts from a whole
    # number of cents to DECIMAL(12,2) would multiply by a hundred.
    halves = np.zeros((len(cents), 2), dtype="<i8")
    halves[:, 0] = cents
    return pa.Array.from_buffers(_AMOUNT, len(cents), [None, pa.py_buffer(halves)])
