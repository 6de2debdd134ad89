"""The published tables, computed from the source rows in plain Python.

Written from the descriptions of the columns (`models/**/*.yml`), not from the SQL: an error that
both an incremental run and a fresh build make is found here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.shop_histories.source import METHODS, JaffleOrder, Order, Source

Row = tuple[Any, ...]
CENT = Decimal("0.01")
SHARE = Decimal("0.0001")
ZERO = Decimal("0.00")


def expected_tables(source: Source, built: Collection[dt.date]) -> dict[str, list[Row]]:
    """Return the rows of each published table, and of the model of days.

    Args:
        source: The source rows.
        built: Days that the daily models have built so far.
    """
    return {
        "jaffle.orders": jaffle_orders(source),
        "jaffle.customers": jaffle_customers(source),
        "marts.daily_order_summary": [row for row in order_days(source, built) if row[1]],
        "marts_staging.int_shop_order_days": order_days(source, built),
        "marts.channel_performance": channel_performance(source),
        "marts.weekly_revenue": weekly_revenue(source),
        "marts.customer_value": customer_value(source),
    }


def day_of(source: Source, order: Order) -> dt.date:
    """Return the day of an order in UTC."""
    if order.ordered_at is None:
        raise ValueError(f"order {order.id} has no time, which blocks every run")
    zone = ZoneInfo("UTC" if source.zoned else source.variables.shop_time_zone)
    return order.ordered_at.replace(tzinfo=zone).astimezone(dt.UTC).date()


def revenue_of(source: Source, order: Order) -> Decimal:
    """Return the order's euros, in cents; 0 for canceled and returned orders."""
    if order.status in {"canceled", "returned"} or order.amount is None:
        return ZERO
    rate = Decimal(source.variables.euros_per_unit[order.currency or "EUR"])
    return (order.amount * rate).quantize(CENT, ROUND_HALF_UP)


def counted(source: Source) -> list[Order]:
    return [order for order in source.live() if order.status != "canceled"]


def order_days(source: Source, built: Collection[dt.date]) -> list[Row]:
    """Return a row per built day and channel; one without a channel for a day without orders."""
    synced: dict[dt.date, dt.datetime] = {}
    for order in source.orders.values():
        day = day_of(source, order)
        synced[day] = max(synced.get(day, order.synced), order.synced)
    groups: dict[tuple[dt.date, str | None], list[Order]] = defaultdict(list)
    for order in counted(source):
        groups[day_of(source, order), order.channel].append(order)
    with_orders = {day for day, _ in groups}
    rows: list[Row] = [
        (
            day,
            channel,
            len(orders),
            len({order.user_id for order in orders}),
            sum((revenue_of(source, order) for order in orders), ZERO),
            synced[day],
        )
        for (day, channel), orders in groups.items()
        if day in built
    ]
    rows += [(day, None, 0, 0, ZERO, synced.get(day)) for day in set(built) - with_orders]
    return rows


def channel_performance(source: Source) -> list[Row]:
    groups: dict[tuple[dt.date, str | None], list[Order]] = defaultdict(list)
    for order in source.live():
        groups[day_of(source, order).replace(day=1), order.channel].append(order)
    rows = []
    for (month, channel), orders in groups.items():
        canceled = sum(order.status == "canceled" for order in orders)
        returned = sum(order.status == "returned" for order in orders)
        kept = len(orders) - canceled
        revenue = sum((revenue_of(source, order) for order in orders), ZERO)
        rows.append(
            (
                month,
                channel,
                len(orders),
                canceled,
                returned,
                len({order.user_id for order in orders if order.status != "canceled"}),
                revenue,
                _quotient(revenue, kept - returned, CENT),
                _quotient(Decimal(canceled), len(orders), SHARE),
                _quotient(Decimal(returned), kept, SHARE),
            )
        )
    return rows


def weekly_revenue(source: Source) -> list[Row]:
    brought = [
        ("online", day_of(source, order), revenue_of(source, order)) for order in counted(source)
    ]
    for order in jaffle_shop_orders(source):
        euros = ZERO if order.status == "returned" else _paid(order.payments)
        brought.append(("jaffle", order.order_date, euros))
    weeks: dict[tuple[dt.date, str], list[Decimal]] = defaultdict(list)
    for shop, day, euros in brought:
        weeks[day - dt.timedelta(days=day.weekday()), shop].append(euros)
    return [(week, shop, len(euros), sum(euros, ZERO)) for (week, shop), euros in weeks.items()]


def customer_value(source: Source) -> list[Row]:
    users = {user.id: user for user in source.users.values() if not user.deleted}
    online: dict[int, list[Order]] = defaultdict(list)
    for order in counted(source):
        if order.user_id is not None:
            online[order.user_id].append(order)
    jaffle: dict[int, list[tuple[dt.date, Decimal]]] = defaultdict(list)
    for bought in jaffle_shop_orders(source):
        jaffle[bought.user_id].append((bought.order_date, _paid(bought.payments)))
    rows = []
    for number in source.customers.keys() | users.keys() | online.keys() | jaffle.keys():
        customer, user = source.customers.get(number), users.get(number)
        paid = jaffle.get(number, [])
        given = [customer.first_name, customer.last_name] if customer else []
        names = [user.full_name if user else None, " ".join(filter(None, given)) or None]
        countries = [user.country if user else None, customer.country if customer else None]
        days = [day for day, _ in paid] + [
            day_of(source, order) for order in online.get(number, [])
        ]
        jaffle_value = sum((euros for _, euros in paid), ZERO)
        online_value = sum((revenue_of(source, order) for order in online.get(number, [])), ZERO)
        total = len(paid) + len(online.get(number, []))
        rows.append(
            (
                number,
                next((name for name in names if name is not None), None),
                next((country for country in countries if country is not None), None),
                user.signup_channel if user else None,
                len(paid),
                jaffle_value,
                len(online.get(number, [])),
                online_value,
                total,
                jaffle_value + online_value,
                min(days, default=None),
                max(days, default=None),
                _segment(total),
            )
        )
    return rows


def jaffle_orders(source: Source) -> list[Row]:
    return [
        (
            order.id,
            order.user_id,
            order.order_date,
            order.status,
            *(_paid([one for one in order.payments if one[1] == method]) for method in METHODS),
            _paid(order.payments),
        )
        for order in jaffle_shop_orders(source)
    ]


def jaffle_customers(source: Source) -> list[Row]:
    """Return a row per customer of the export or of an order."""
    bought: dict[int, list[JaffleOrder]] = defaultdict(list)
    for order in jaffle_shop_orders(source):
        bought[order.user_id].append(order)
    rows = []
    for number in source.customers.keys() | bought.keys():
        customer, orders = source.customers.get(number), bought.get(number, [])
        days = [order.order_date for order in orders]
        rows.append(
            (
                number,
                customer.first_name if customer else None,
                customer.last_name if customer else None,
                customer.country if customer else None,
                customer.signed_up_on if customer else None,
                min(days, default=None),
                max(days, default=None),
                len(orders),
                sum((_paid(order.payments) for order in orders), ZERO),
            )
        )
    return rows


def jaffle_shop_orders(source: Source) -> list[JaffleOrder]:
    """Return the orders of the seeds, none if they are switched off."""
    return list(source.jaffle_orders.values()) if source.variables.demo_orders else []


def _paid(payments: list[tuple[int, str, int]]) -> Decimal:
    """Return the euros of payments in cents."""
    return Decimal(sum(cents for _, _, cents in payments)).scaleb(-2)


def _quotient(value: Decimal, count: int, unit: Decimal) -> Decimal | None:
    return (value / count).quantize(unit, ROUND_HALF_UP) if count else None


def _segment(orders: int) -> str:
    if orders == 0:
        return "prospect"
    if orders == 1:
        return "new"
    return "returning" if orders < 10 else "loyal"
