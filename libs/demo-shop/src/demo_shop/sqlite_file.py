"""The shop's database: one SQLite file, whole or not there."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import repeat
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from demo_shop.demand import CHANNELS
from demo_shop.draws import EDITION, Ints
from demo_shop.errors import ShopFileUnreadable
from demo_shop.lifecycle import STATUSES
from demo_shop.orders import Orders
from demo_shop.users import Users

# A declared type tells a reader what a column holds; SQLite itself keeps times as text (always of
# one length within a column, so that text sorts as time does) and amounts as numbers.
_TABLES = """
create table users (
    id integer primary key,
    email text not null,
    full_name text not null,
    country text not null,
    signup_channel text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create table orders (
    id integer primary key,
    user_id integer not null references users (id),
    channel text not null,
    status text not null,
    amount decimal(12, 2) not null,
    currency text not null,
    ordered_at timestamptz not null,
    updated_at timestamptz not null
);
"""
_INDEXES = """
create index users_updated_at on users (updated_at);
create index orders_updated_at on orders (updated_at);
"""
_INSERT_USERS = "insert into users values (?, ?, ?, ?, ?, ?, ?)"
INSERT_ORDERS = "insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)"

Row = tuple[int | str | float, ...]


def write(file: Path, users: Iterable[Users], orders: Iterable[Orders]) -> None:
    """Write a shop's database.

    Args:
        file: Where to; must not exist.
        users: The users.
        orders: The orders.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # Nobody else knows the file yet: a crash leaves a file that is thrown away.
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.executescript(_TABLES)
        connection.execute("begin")
        for some_users in users:
            connection.executemany(_INSERT_USERS, user_rows(some_users))
        for some_orders in orders:
            connection.executemany(INSERT_ORDERS, order_rows(some_orders))
        connection.execute("commit")
        connection.executescript(_INDEXES)
        connection.execute(f"pragma application_id = {EDITION}")


def is_current(file: Path) -> bool:
    """Return whether this edition of the generator made a database.

    Raises:
        ShopFileUnreadable: The file is no SQLite database.
    """
    return _pragma(file, "application_id") == EDITION


def days_passed(file: Path) -> int:
    """Return how many days the clock of a database was moved on (SQLite's `user_version`).

    Raises:
        ShopFileUnreadable: The file is no SQLite database.
    """
    return _pragma(file, "user_version")


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
        # The nearest floating-point number to at most 12 digits reads back as just these digits.
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
    # Through a URI, since a plain path would make the file where there is none.
    address = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            return int(connection.execute(f"pragma {name}").fetchone()[0])
    except sqlite3.DatabaseError as error:
        message = f"{file} is no database of a shop ({error}): move it away; a new one is made."
        raise ShopFileUnreadable(message) from error
