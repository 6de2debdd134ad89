"""Bad data, and the data tests that have to reject it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterable

from benchmarks.shop_histories.expected import day_of, jaffle_shop_orders
from benchmarks.shop_histories.source import (
    CHANNELS,
    JAFFLE_STATUSES,
    METHODS,
    STATUSES,
    Source,
    random_amount,
    random_day,
    random_time,
)

DAILY = "daily_order_summary_has_all_orders"


def order_spoiled(source: Source, rng: random.Random) -> str:
    """Give an order a value that no model accepts."""
    orders = source.live()
    if not orders:
        return ""
    order = rng.choice(orders)
    column, value = rng.choice((
        ("user_id", None), ("channel", None), ("status", None),
        ("status", "lost"), ("amount", None), ("ordered_at", None), ("currency", "XTS"),
        ("currency", None),
    ))  # fmt: skip
    setattr(order, column, value)
    order.synced = source.now
    return f"spoil {column} of order {order.id}: {value}"


def order_too_early(source: Source, rng: random.Random) -> str:
    """Move an order before the first day, which no run builds."""
    orders = source.live()
    if not orders:
        return ""
    order = rng.choice(orders)
    day = source.variables.first_day - dt.timedelta(days=rng.choice((2, 400)))
    order.ordered_at = random_time(rng, day)
    order.synced = source.now
    return f"move order {order.id} to {day}, before the first day"


def first_day_too_late(source: Source, rng: random.Random) -> str:
    """Set the first day into the middle of the orders."""
    source.variables.first_day = random_day(source, rng)
    return f"first_day: {source.variables.first_day}"


def jaffle_order_spoiled(source: Source, rng: random.Random) -> str:
    """Give an order of the jaffle shop an unknown value."""
    if not source.jaffle_orders:
        return ""
    order = rng.choice(list(source.jaffle_orders.values()))
    what = rng.choice(("status", "method"))
    if what == "status":
        order.status = "lost"
    else:
        order.payments = [*order.payments, (source.new_id(), "cash", 1_234)]
    return f"spoil {what} of order {order.id} of the jaffle shop"


def repaired(source: Source, rng: random.Random) -> str:
    """Correct everything that a test rejects, as the shop would."""
    for order in source.live():
        before = vars(order).copy()
        order.user_id = 1 if order.user_id is None else order.user_id
        order.channel = order.channel or rng.choice(CHANNELS)
        order.status = order.status if order.status in STATUSES else rng.choice(STATUSES)
        order.amount = random_amount(source, rng) if order.amount is None else order.amount
        if order.currency not in source.variables.euros_per_unit:
            order.currency = "EUR"
        if order.ordered_at is None:
            order.ordered_at = random_time(rng, random_day(source, rng))
        if vars(order) != before:
            order.synced = source.now
    days = [day_of(source, order) for order in source.live() if order.status != "canceled"]
    source.variables.first_day = min([source.variables.first_day, *days])
    for bought in source.jaffle_orders.values():
        if bought.status not in JAFFLE_STATUSES:
            bought.status = "placed"
        bought.payments = [one for one in bought.payments if one[1] in METHODS]
    return "correct every rejected row"


FAULTS = {
    one.__name__.replace("_", " "): one
    for one in (order_spoiled, order_too_early, first_day_too_late, jaffle_order_spoiled)
}
"""Operations that most runs after them must reject, by name."""


def jaffle_causes(source: Source) -> set[str]:
    """Return the tests that reject the rows of the jaffle shop."""
    orders = jaffle_shop_orders(source)
    methods = {method for order in orders for _, method, _ in order.payments}
    return {
        name
        for name, found in (
            (
                "stg_orders_status_is_known",
                any(one.status not in JAFFLE_STATUSES for one in orders),
            ),
            ("stg_payments_payment_method_is_known", bool(methods - set(METHODS))),
        )
        if found
    }


def marts_causes(source: Source) -> set[str]:
    """Return the tests that reject the rows of the online shop."""
    orders = source.live()
    rates = source.variables.euros_per_unit
    without_rate = any(one.currency not in rates for one in orders)
    return {
        name
        for name, found in (
            ("not_null_stg_shop_orders_user_id", any(one.user_id is None for one in orders)),
            ("not_null_stg_shop_orders_channel", any(one.channel is None for one in orders)),
            ("not_null_stg_shop_orders_status", any(one.status is None for one in orders)),
            ("not_null_stg_shop_orders_currency", any(one.currency is None for one in orders)),
            (
                "not_null_stg_shop_orders_amount",
                without_rate or any(one.amount is None for one in orders),
            ),
            ("not_null_stg_shop_orders_order_date", any(one.ordered_at is None for one in orders)),
            ("stg_shop_orders_status_is_known", _unknown((one.status for one in orders), STATUSES)),
            (
                "stg_shop_orders_currency_has_a_rate",
                _unknown((one.currency for one in orders), rates),
            ),
        )
        if found
    }


def daily_causes(source: Source) -> set[str]:
    """Return the tests of the daily models that reject the rows of the online shop."""
    first_day = source.variables.first_day
    early = (
        order.status != "canceled" and day_of(source, order) < first_day for order in source.live()
    )
    return {DAILY} if any(early) else set()


def _unknown(values: Iterable[str | None], known: Collection[str]) -> bool:
    """Return whether a value is not null and not known."""
    return any(value is not None and value not in known for value in values)
