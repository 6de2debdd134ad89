"""A day of changes in the shop's database, for incremental syncs."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from demo_shop.demand import CHANNELS
from demo_shop.draws import Ints, Stream, words
from demo_shop.lifecycle import LONGEST, STATUSES
from demo_shop.orders import Orders, orders
from demo_shop.sqlite_file import INSERT_ORDERS, Row, open_database, order_rows, user_rows
from demo_shop.users import user_count, users, users_before
from demo_shop.window import DAY_SECONDS, DAYS, EPOCH_DAY, NOW, SECOND, microseconds

_DELETED_PER_DAY = 2
_LATE_EVERY = 5_000
"""On each day one order per this number of orders arrives late, from a till that was offline."""


@dataclass(frozen=True)
class Changes:
    """Numbers of rows that changed in the database."""

    orders_updated: int = 0
    orders_added: int = 0
    orders_deleted: int = 0
    users_updated: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        """Return the sum."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Changes(*(one + another for one, another in pairs))


def advance_day(file: Path, size: int) -> Changes:
    """Advance the clock of a shop's database by a day, in one transaction.

    Open orders are shipped, completed, returned, canceled or corrected; some users change their
    e-mail address; a few orders of the last two days arrive late from a store; the two oldest
    canceled orders are deleted. `ordered_at` stays within the shop's days.

    Args:
        file: The database.
        size: Number of orders of the shop.

    Returns:
        The changes; the same for the same day of the same shop.

    Raises:
        ShopBusy: Another connection held the database for longer than 30 seconds.
        ShopFileUnreadable: The file is not writable.
    """
    with open_database(file) as connection:
        connection.execute("begin immediate")
        day = int(connection.execute("pragma user_version").fetchone()[0])
        changes = _changes(connection, size, day)
        connection.execute(f"pragma user_version = {day + 1}")
        connection.execute("commit")
    return changes


def _changes(connection: sqlite3.Connection, size: int, day: int) -> Changes:
    before, after = (microseconds(NOW + timedelta(days=number)) for number in (day, day + 1))
    first_day = max(0, DAYS - LONGEST.days)
    all_users = (
        _newer(user_rows(batch), batch.updated_at, before)
        for batch in users(user_count(size), after)
    )
    all_orders = (
        _newer(order_rows(batch), batch.updated_at, before)
        for batch in orders(size, after, first_day=first_day)
    )
    return Changes(
        users_updated=connection.executemany(
            "update users set email = ?, updated_at = ? where id = ?",
            ((row[1], row[6], row[0]) for rows in all_users for row in rows),
        ).rowcount,
        orders_updated=connection.executemany(
            "update orders set status = ?, amount = ?, updated_at = ? where id = ?",
            ((row[3], row[4], row[7], row[0]) for rows in all_orders for row in rows),
        ).rowcount,
        orders_added=connection.executemany(
            INSERT_ORDERS, order_rows(_late_orders(size, day, before))
        ).rowcount,
        orders_deleted=connection.execute(
            "delete from orders where id in "
            "(select id from orders where status = 'canceled' order by id limit ?)",
            (_DELETED_PER_DAY,),
        ).rowcount,
    )


def _newer(rows: Iterable[Row], updated_at: Ints, before: int) -> Iterator[Row]:
    """Yield the rows that were updated after a point in time."""
    return (row for row, time in zip(rows, updated_at.tolist(), strict=True) if time > before)


def _late_orders(size: int, day: int, before: int) -> Orders:
    count = max(1, size // _LATE_EVERY)
    drawn = words(Stream.LATE_ORDERS, day, 5 * count).reshape(5, count)
    opening = (EPOCH_DAY + DAYS - 2 + (drawn[0] >> 31)) * DAY_SECONDS + 8 * 3600
    return Orders(
        id=size + day * count + np.arange(1, count + 1, dtype=np.int64),
        user_id=(drawn[1] * users_before(user_count(size), DAYS - 2) >> 32) + 1,
        channel=np.full(count, CHANNELS.index("store"), dtype=np.int64),
        status=np.full(count, STATUSES.index("completed"), dtype=np.int64),
        cents=500 + (drawn[2] * 7_500 >> 32),
        ordered_at=(opening + (drawn[3] * 10 * 3600 >> 32)) * SECOND,
        updated_at=before + 1 + ((drawn[4] >> 8) * (DAY_SECONDS * SECOND - 1) >> 24),
    )
