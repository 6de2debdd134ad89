"""A day goes by in the shop's database: what an incremental sync has to find."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from demo_shop.demand import CHANNELS
from demo_shop.draws import Stream, words
from demo_shop.lifecycle import LONGEST, STATUSES
from demo_shop.orders import Orders, orders
from demo_shop.sqlite_file import INSERT_ORDERS, opened, order_rows, user_rows
from demo_shop.users import users, users_before, users_of
from demo_shop.window import DAY_SECONDS, DAYS, EPOCH_DAY, NOW, SECOND, microseconds

_DELETED_PER_DAY = 2
_LATE_EVERY = 5_000
"""On each day one order per so many of the shop arrives late, from a till that was off line."""


@dataclass(frozen=True)
class Changes:
    """How many rows changed in the database."""

    orders_updated: int = 0
    orders_added: int = 0
    orders_deleted: int = 0
    users_updated: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        """Return both together."""
        return Changes(
            self.orders_updated + other.orders_updated,
            self.orders_added + other.orders_added,
            self.orders_deleted + other.orders_deleted,
            self.users_updated + other.users_updated,
        )


def pass_day(file: Path, size: int) -> Changes:
    """Move the clock of a shop's database on by a day, in one transaction.

    Orders on their way are shipped, completed, returned, canceled or corrected; some users take a
    new e-mail address; a few orders of the last two days arrive late from a store; the two oldest
    canceled orders are deleted. `ordered_at` stays within the shop's window.

    Args:
        file: The database.
        size: Orders of the shop.

    Returns:
        What changed; the same for the same day of the same shop.

    Raises:
        ShopBusy: Another connection held the database for longer than 30 seconds.
        ShopFileUnreadable: The file can't be written.
    """
    with opened(file) as connection:
        connection.execute("begin immediate")
        day = int(connection.execute("pragma user_version").fetchone()[0])
        changes = _changes(connection, size, day)
        connection.execute(f"pragma user_version = {day + 1}")
        connection.execute("commit")
    return changes


def _changes(connection: sqlite3.Connection, size: int, day: int) -> Changes:
    before = microseconds(NOW + timedelta(days=day))
    after = microseconds(NOW + timedelta(days=day + 1))
    return Changes(
        users_updated=_update_users(connection, size, before, after),
        orders_updated=_update_orders(connection, size, before, after),
        orders_added=_add_late_orders(connection, size, day, before),
        orders_deleted=_delete_orders(connection),
    )


def _update_users(connection: sqlite3.Connection, size: int, before: int, after: int) -> int:
    rows = (
        (row[1], row[6], row[0])
        for batch in users(users_of(size), after)
        for row, moment in zip(user_rows(batch), batch.updated_at.tolist(), strict=True)
        if moment > before
    )
    return connection.executemany(
        "update users set email = ?, updated_at = ? where id = ?", rows
    ).rowcount


def _update_orders(connection: sqlite3.Connection, size: int, before: int, after: int) -> int:
    rows = (
        (row[3], row[4], row[7], row[0])
        for batch in orders(size, after, first_day=max(0, DAYS - LONGEST.days))
        for row, moment in zip(order_rows(batch), batch.updated_at.tolist(), strict=True)
        if moment > before
    )
    return connection.executemany(
        "update orders set status = ?, amount = ?, updated_at = ? where id = ?", rows
    ).rowcount


def _add_late_orders(connection: sqlite3.Connection, size: int, day: int, before: int) -> int:
    count = max(1, size // _LATE_EVERY)
    drawn = words(Stream.LATE_ORDERS, day, 5 * count).reshape(5, count)
    opening = (EPOCH_DAY + DAYS - 2 + (drawn[0] >> 31)) * DAY_SECONDS + 8 * 3600
    late = Orders(
        id=size + day * count + np.arange(1, count + 1, dtype=np.int64),
        user_id=(drawn[1] * users_before(users_of(size), DAYS - 2) >> 32) + 1,
        channel=np.full(count, CHANNELS.index("store"), dtype=np.int64),
        status=np.full(count, STATUSES.index("completed"), dtype=np.int64),
        cents=500 + (drawn[2] * 7_500 >> 32),
        ordered_at=(opening + (drawn[3] * 10 * 3600 >> 32)) * SECOND,
        updated_at=before + 1 + ((drawn[4] >> 8) * (DAY_SECONDS * SECOND - 1) >> 24),
    )
    return connection.executemany(INSERT_ORDERS, order_rows(late)).rowcount


def _delete_orders(connection: sqlite3.Connection) -> int:
    return connection.execute(
        "delete from orders where id in "
        "(select id from orders where status = 'canceled' order by id limit ?)",
        (_DELETED_PER_DAY,),
    ).rowcount
