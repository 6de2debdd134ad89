"""The shop's database: one SQLite file."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from demo_shop.demand import CHANNELS
from demo_shop.draws import EDITION, Ints
from demo_shop.errors import ShopBusy, ShopFileUnreadable
from demo_shop.lifecycle import STATUSES
from demo_shop.orders import Orders
from demo_shop.users import Users

# The declared types describe the columns to readers. SQLite itself stores times as text (of one
# length within a column, so that text sorts like time) and amounts as numbers.
_TABLES = """
create table users (
    id INTEGER primary key,
    email TEXT not null,
    full_name TEXT not null,
    country TEXT not null,
    signup_channel TEXT not null,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null
);
create table orders (
    id INTEGER primary key,
    user_id INTEGER not null references users (id),
    channel TEXT not null,
    status TEXT not null,
    amount DECIMAL(12,2) not null,
    currency TEXT not null,
    ordered_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null
);
"""
_INDEXES = """
create index users_updated_at on users (updated_at);
create index orders_updated_at on orders (updated_at);
"""
_INSERT_USERS = "insert into users values (?, ?, ?, ?, ?, ?, ?)"
INSERT_ORDERS = "insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)"

_WAIT_SECONDS = 30

Row = tuple[int | str | float, ...]


def write(file: Path, users: Iterable[Users], orders: Iterable[Orders]) -> None:
    """Write a shop's database to a new file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # No other process uses the file yet: after a crash it is deleted.
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.executescript(_TABLES)
        connection.execute("begin")
        connection.executemany(_INSERT_USERS, chain.from_iterable(map(user_rows, users)))
        connection.executemany(INSERT_ORDERS, chain.from_iterable(map(order_rows, orders)))
        connection.execute("commit")
        connection.executescript(_INDEXES)
        connection.execute(f"pragma application_id = {EDITION}")


def is_current(file: Path) -> bool:
    """Return whether this version of the generator created a database.

    Raises:
        ShopBusy: Another connection held the database for longer than 30 seconds.
        ShopFileUnreadable: The file is not a SQLite database.
    """
    return _pragma(file, "application_id") == EDITION


def days_passed(file: Path) -> int:
    """Return the days by which a database was advanced (SQLite's `user_version`).

    Raises:
        ShopBusy: Another connection held the database for longer than 30 seconds.
        ShopFileUnreadable: The file is not a SQLite database.
    """
    return _pragma(file, "user_version")


@contextmanager
def open_database(file: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing database without a transaction, and convert SQLite's errors.

    Args:
        file: The database.

    Yields:
        A connection; on exit it is closed, and an open transaction is rolled back.

    Raises:
        ShopBusy: Another connection held the database for longer than 30 seconds.
        ShopFileUnreadable: The file is not a SQLite database, or is not readable or writable.
    """
    # With a path instead of a URI SQLite would create a missing file.
    address = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with closing(
            sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
        ) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            message = (
                f"{file} was in use for more than {_WAIT_SECONDS} seconds. "
                "End the program that reads or changes it, then try again."
            )
            raise ShopBusy(message) from error
        message = (
            f"{file} cannot be used as a shop's database ({error}). Check the free space and the "
            "permissions, or move the file away: a new one will be created."
        )
        raise ShopFileUnreadable(message) from error


def user_rows(users: Users) -> Iterator[Row]:
    """Return users as rows for SQLite, in the order of the table's columns."""
    return zip(
        users.id.tolist(),
        users.email.to_pylist(),
        pc.binary_join_element_wise(users.first_name, users.last_name, " ").to_pylist(),
        users.country.to_pylist(),
        users.signup_channel.to_pylist(),
        _texts(users.created_at, "s"),
        _texts(users.updated_at, "us"),
        strict=True,
    )


def order_rows(orders: Orders) -> Iterator[Row]:
    """Return orders as rows for SQLite, in the order of the table's columns."""
    return zip(
        orders.id.tolist(),
        orders.user_id.tolist(),
        (CHANNELS[place] for place in orders.channel.tolist()),
        (STATUSES[place] for place in orders.status.tolist()),
        # The floating-point number nearest to at most 12 digits is printed with these digits.
        (orders.cents / 100).tolist(),
        repeat("EUR", len(orders.id)),
        _texts(orders.ordered_at, "s"),
        _texts(orders.updated_at, "us"),
        strict=True,
    )


def _texts(moments: Ints, unit: str) -> list[str]:
    times = moments.astype("datetime64[us]").astype(f"datetime64[{unit}]")
    texts: list[str] = np.datetime_as_string(times, timezone="UTC").tolist()
    return texts


def _pragma(file: Path, name: str) -> int:
    with open_database(file) as connection:
        return int(connection.execute(f"pragma {name}").fetchone()[0])
