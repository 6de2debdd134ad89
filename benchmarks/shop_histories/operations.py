"""Random changes of the sources, as Fivetran delivers them.

An operation changes a source and returns what it did, or "" if it does not apply. Every change at
the shop that Fivetran sees sets `_fivetran_synced`; a deleted row is marked, and it only disappears
when a connector is synced from the beginning.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from benchmarks.shop_histories.expected import day_of
from benchmarks.shop_histories.source import (
    CHANNELS,
    RATES,
    STATUSES,
    ZONES,
    Order,
    Source,
    User,
    add_order,
    random_amount,
    random_day,
    random_rates,
    random_time,
    random_user,
)

Operation: TypeAlias = Callable[[Source, random.Random], str]
_Row = TypeVar("_Row", Order, User)


def orders_inserted(source: Source, rng: random.Random) -> str:
    added = [
        add_order(source, rng, random_day(source, rng)) for _ in range(rng.choice((1, 1, 2, 9)))
    ]
    return f"insert orders {_ids(added)} on {_days(added)}"


def day_filled(source: Source, rng: random.Random) -> str:
    """Insert orders on one day, which may have been built without any."""
    day = random_day(source, rng)
    added = [add_order(source, rng, day) for _ in range(rng.choice((1, 3)))]
    return f"insert orders {_ids(added)} on {day}"


def order_updated(source: Source, rng: random.Random) -> str:
    """Update one column of an order."""
    order = _one(source.live(), rng)
    if order is None:
        return ""
    column = rng.choice(("user_id", "channel", "status", "status", "amount", "updated_at"))
    if column == "user_id":
        order.user_id = rng.choice((*sorted(source.users), 500 + rng.randrange(5)))
    elif column == "channel":
        order.channel = rng.choice(CHANNELS)
    elif column == "status":
        order.status = rng.choice(STATUSES)
    elif column == "amount":
        order.amount = random_amount(source, rng)
    order.updated_at = source.now
    _synced(source, [order])
    return f"update {column} of order {order.id}: {getattr(order, column)}"


def order_converted(source: Source, rng: random.Random) -> str:
    """Change the currency of an order."""
    order = _one(source.live(), rng)
    if order is None:
        return ""
    order.currency = rng.choice(sorted(source.variables.euros_per_unit))
    _synced(source, [order])
    return f"update currency of order {order.id}: {order.currency}"


def order_moved(source: Source, rng: random.Random) -> str:
    """Move orders to another time, mostly on another day."""
    orders = rng.sample(source.live(), min(len(source.live()), rng.choice((1, 1, 4))))
    day = random_day(source, rng)
    for order in orders:
        order.ordered_at = random_time(rng, day)
    _synced(source, orders)
    return f"move orders {_ids(orders)} to {day}" if orders else ""


def order_deleted(source: Source, rng: random.Random) -> str:
    order = _one(source.live(), rng)
    if order is None:
        return ""
    order.deleted = True
    _synced(source, [order])
    return f"delete order {order.id}"


def order_restored(source: Source, rng: random.Random) -> str:
    order = _one([one for one in source.orders.values() if one.deleted], rng)
    if order is None:
        return ""
    order.deleted = False
    _synced(source, [order])
    return f"restore order {order.id}"


def day_emptied(source: Source, rng: random.Random) -> str:
    """Delete or cancel all orders of a day."""
    order = _one([one for one in source.live() if one.ordered_at], rng)
    if order is None:
        return ""
    day = day_of(source, order)
    orders = [one for one in source.live() if one.ordered_at and day_of(source, one) == day]
    deleted = rng.random() < 0.5
    for one in orders:
        if deleted:
            one.deleted = True
        else:
            one.status = "canceled"
    _synced(source, orders)
    return f"{'delete' if deleted else 'cancel'} all orders of {day}: {_ids(orders)}"


def days_cut_off(source: Source, rng: random.Random) -> str:
    """Delete the orders of the first or of the last days."""
    orders = [one for one in source.live() if one.ordered_at]
    if not orders:
        return ""
    days = sorted({day_of(source, one) for one in orders})
    some = days[: len(days) // 3 + 1] if rng.random() < 0.5 else days[-(len(days) // 3) - 1 :]
    cut = [one for one in orders if day_of(source, one) in some]
    for one in cut:
        one.deleted = True
    _synced(source, cut)
    return f"delete all orders of {some[0]} to {some[-1]}: {_ids(cut)}"


def order_key_changed(source: Source, rng: random.Random) -> str:
    """Give an order another id: for Fivetran, one row is deleted and another one inserted."""
    order = _one(source.live(), rng)
    if order is None:
        return ""
    renamed = replace(order, id=source.new_id())
    source.orders[renamed.id] = renamed
    order.deleted = True
    _synced(source, [order, renamed])
    return f"change the id of order {order.id} to {renamed.id}"


def user_key_changed(source: Source, rng: random.Random) -> str:
    """Give a user another id, also in the orders."""
    user = _one([one for one in source.users.values() if not one.deleted], rng)
    if user is None:
        return ""
    renamed = replace(user, id=source.new_id())
    source.users[renamed.id] = renamed
    user.deleted = True
    orders = [order for order in source.live() if order.user_id == user.id]
    for order in orders:
        order.user_id = renamed.id
    _synced(source, [user, renamed, *orders])
    return f"change the id of user {user.id} to {renamed.id}, orders {_ids(orders)}"


def user_inserted(source: Source, rng: random.Random) -> str:
    user = random_user(source, rng, source.new_id())
    source.users[user.id] = user
    return f"insert user {user.id}"


def user_updated(source: Source, rng: random.Random) -> str:
    user = _one(source.users.values(), rng)
    if user is None:
        return ""
    column = rng.choice(("full_name", "country", "signup_channel", "created_at", "deleted"))
    if column == "deleted":
        user.deleted = not user.deleted
    else:
        setattr(user, column, getattr(random_user(source, rng, user.id), column))
    _synced(source, [user])
    return f"update {column} of user {user.id}: {getattr(user, column)}"


def resync_written(source: Source, rng: random.Random) -> str:
    """Sync all rows again: marked rows stay as they are."""
    del rng  # nothing is random
    _synced(source, [one for one in _rows(source) if not one.deleted])
    return "resync: every row is written again"


def resync_marked(source: Source, rng: random.Random) -> str:
    """Sync all rows again; rows that are gone are marked without another `_fivetran_synced`."""
    gone = rng.sample(source.live(), min(len(source.live()), rng.choice((1, 3))))
    for order in gone:
        order.deleted = True
    _synced(source, [one for one in _rows(source) if not one.deleted])
    return f"resync: orders {_ids(gone)} are marked as deleted at their old sync time"


def resync_from_the_beginning(source: Source, rng: random.Random) -> str:
    """Load empty tables: deleted rows are gone, and some that were never marked."""
    lost = rng.sample(source.live(), min(len(source.live()), rng.choice((0, 1, 5))))
    for order in lost:
        order.deleted = True
    source.orders = {one.id: one for one in source.orders.values() if not one.deleted}
    source.users = {one.id: one for one in source.users.values() if not one.deleted}
    _synced(source, _rows(source))
    return f"resync from the beginning: deleted rows are gone, also orders {_ids(lost)}"


def rows_removed(source: Source, rng: random.Random) -> str:
    """Remove the rows of a day, without any trace."""
    order = _one([one for one in source.live() if one.ordered_at], rng)
    if order is None:
        return ""
    day = day_of(source, order)
    gone = [one for one in source.orders.values() if one.ordered_at and day_of(source, one) == day]
    for one in gone:
        del source.orders[one.id]
    return f"remove all rows of {day}: {_ids(gone)}"


def time_zone_declared(source: Source, rng: random.Random) -> str:
    """Change the variable `shop_time_zone`, which only matters for timestamps without a zone."""
    source.variables.shop_time_zone = rng.choice(ZONES)
    return f"shop_time_zone: {source.variables.shop_time_zone}"


def time_zone_added(source: Source, rng: random.Random) -> str:
    """Change the shop's timestamps to a type with a time zone, or back to local time."""
    del rng
    shop = ZoneInfo(source.variables.shop_time_zone)
    one, other = (dt.UTC, shop) if source.zoned else (shop, dt.UTC)
    for order in source.orders.values():
        if order.ordered_at is not None:
            moment = order.ordered_at.replace(tzinfo=one)
            order.ordered_at = moment.astimezone(other).replace(tzinfo=None)
    source.zoned = not source.zoned
    return f"timestamps {'with' if source.zoned else 'without'} a time zone"


def rates_changed(source: Source, rng: random.Random) -> str:
    """Change the rates of currencies, without losing one that an order has."""
    used = {order.currency for order in source.live() if order.currency in RATES}
    rates = random_rates(rng) | {name: RATES[name] for name in sorted(filter(None, used))}
    for name in rates:
        if name != "EUR" and rng.random() < 0.5:
            rates[name] = str(rng.randrange(1, 30_000) / 10_000)
    source.variables.euros_per_unit = rates
    return f"euros_per_unit: {rates}"


def first_day_moved(source: Source, rng: random.Random) -> str:
    """Set the first day earlier, or later up to the first order."""
    days = [day_of(source, order) for order in source.live() if order.ordered_at]
    moved = source.variables.first_day + dt.timedelta(days=rng.choice((-3, -1, 1, 2)))
    source.variables.first_day = min([moved, source.latest_day, *days])
    return f"first_day: {source.variables.first_day}"


def days_passed(source: Source, rng: random.Random) -> str:
    source.now += dt.timedelta(days=rng.choice((1, 1, 2, 4)))
    return f"it is {source.now:%Y-%m-%d}"


def _one(rows: Iterable[_Row], rng: random.Random) -> _Row | None:
    """Return one of the rows, or None if there is none."""
    found = list(rows)
    return rng.choice(found) if found else None


def _rows(source: Source) -> list[Order | User]:
    return [*source.orders.values(), *source.users.values()]


def _synced(source: Source, rows: Iterable[Order | User]) -> None:
    for row in rows:
        row.synced = source.now


def _ids(rows: Iterable[Order]) -> str:
    return ", ".join(str(row.id) for row in rows) or "none"


def _days(rows: Iterable[Order]) -> str:
    return ", ".join(sorted({str(row.ordered_at)[:10] for row in rows}))


OPERATIONS: dict[str, tuple[Operation, int]] = {
    one.__name__.replace("_", " "): (one, weight)
    for one, weight in (
        (orders_inserted, 8), (day_filled, 5), (order_updated, 12), (order_converted, 3),
        (order_moved, 6), (order_deleted, 5), (order_restored, 3), (day_emptied, 4),
        (days_cut_off, 1), (order_key_changed, 3), (user_key_changed, 2), (user_inserted, 2),
        (user_updated, 4), (resync_written, 2), (resync_marked, 3), (resync_from_the_beginning, 2),
        (rows_removed, 2), (time_zone_declared, 1), (time_zone_added, 1), (rates_changed, 1),
        (first_day_moved, 2), (days_passed, 6),
    )
}  # fmt: skip
"""Operations and their weights, by name."""
