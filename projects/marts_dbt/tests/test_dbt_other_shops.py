"""Shops that are not like the demo: right numbers, or a test or error that names the cause.

The expected numbers are computed in plain Python from the rows of the shop.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from published_assets.dbt.testing import ScratchDbt

MARTS = Path(__file__).resolve().parents[1]
COLUMNS = {
    "id": "bigint",
    "user_id": "bigint",
    "channel": "varchar",
    "status": "varchar",
    "amount": "decimal(12, 2)",
    "currency": "varchar",
    "ordered_at": "timestamptz",
}
DEMO = (
    (1, 1, "web", "completed", "10.00", "EUR", "2026-05-01 10:00:00+00"),
    (2, 1, "app", "returned", "20.00", "EUR", "2026-05-01 23:59:59+00"),
    (3, 2, "store", "canceled", "30.00", "EUR", "2026-05-02 00:00:00+00"),
    (4, 2, "web", "placed", "40.05", "EUR", "2026-05-04 12:00:00+00"),
)
CENT = Decimal("0.01")
YESTERDAY = date.today() - timedelta(days=1)  # noqa: DTZ011


@dataclass(frozen=True)
class Shop:
    """An online shop and the settings of the project for it."""

    orders: Sequence[tuple] = DEMO
    """Values of `COLUMNS`, in their order."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Types of columns that are not as in the demo; an empty type is a column that is missing."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Variables of the project."""

    def column(self, name: str) -> list:
        return [order[list(COLUMNS).index(name)] for order in self.orders]


def demo_with(**columns: Sequence) -> list[tuple]:
    """Return the demo's orders with other values in some columns."""
    rows = [dict(zip(COLUMNS, order, strict=True)) for order in DEMO]
    return [
        tuple((row | {name: values[at] for name, values in columns.items()}).values())
        for at, row in enumerate(rows)
    ]


RIGHT = {
    "dollars": Shop(
        demo_with(currency=["USD", "EUR", "USD", "USD"]),
        settings={"euros_per_unit": {"EUR": 1, "USD": "0.8731"}},
    ),
    "yen without cents": Shop(
        demo_with(amount=["1500", "20", "999999", "73"], currency=["JPY"] * 4),
        types={"amount": "bigint"},
        settings={"euros_per_unit": {"JPY": 0.0061}},
    ),
    "local time without a zone": Shop(
        demo_with(
            ordered_at=[
                *("2026-05-01 00:30:00", "2026-05-01 02:00:00"),
                *("2026-05-02 23:00:00", "2026-10-25 02:30:00"),
            ]
        ),
        types={"ordered_at": "timestamp"},
        settings={"shop_time_zone": "Europe/Amsterdam"},
    ),
    "dates without a time": Shop(
        demo_with(ordered_at=["2026-05-01", "2026-05-01", "2026-05-02", "2026-05-04"]),
        types={"ordered_at": "date"},
    ),
    "amounts as floating-point numbers": Shop(
        demo_with(amount=["0.1", "0.2", "0.3", "1.005"]), types={"amount": "double"}
    ),
    "large amounts": Shop(
        demo_with(amount=["9999999999.99", "1", "1", "9999999999.99"]),
        types={"amount": "decimal(14, 2)"},
    ),
    "refunds as negative amounts": Shop(demo_with(amount=["10.00", "20.00", "30.00", "-12.34"])),
    "other channels": Shop(demo_with(channel=["kiosk", "téléphone", "web shop", "it's app"])),
    "first day in 1997": Shop(
        demo_with(
            ordered_at=[
                *("1997-01-31 10:00:00+00", "1997-02-01 10:00:00+00"),
                *("2012-02-29 10:00:00+00", "2026-05-04 10:00:00+00"),
            ]
        ),
        settings={"first_day": "1997-01-31"},
    ),
    "first day yesterday": Shop(demo_with(ordered_at=[f"{YESTERDAY} 10:00:00+00"] * 4)),
    "no orders yet": Shop(orders=()),
}
BLOCKED = {
    "currency without a rate": (
        Shop(demo_with(currency=["EUR", "EUR", "EUR", "GBP"])),
        "stg_shop_orders_currency_has_a_rate",
    ),
    "no currency": (
        Shop(demo_with(currency=["EUR", "EUR", "EUR", None])),
        "not_null_stg_shop_orders_currency",
    ),
    "orders before the first day": (
        Shop(settings={"first_day": "2026-05-02"}),
        "daily_order_summary_has_all_orders",
    ),
    "unknown status": (
        Shop(demo_with(status=["completed", "refunded", "completed", "placed"])),
        "stg_shop_orders_status_is_known",
    ),
    "status in capital letters": (
        Shop(demo_with(status=["completed", "Canceled", "completed", "placed"])),
        "stg_shop_orders_status_is_known",
    ),
    "no channel": (
        Shop(demo_with(channel=["web", None, "web", "web"])),
        "not_null_stg_shop_orders_channel",
    ),
    "orders of guests": (
        Shop(demo_with(user_id=[1, None, 2, 2])),
        "not_null_stg_shop_orders_user_id",
    ),
    "the same order twice": (Shop(demo_with(id=[1, 2, 3, 3])), "unique_stg_shop_orders_order_id"),
    "ids as text": (
        Shop(demo_with(user_id=["C-01", "C-01", "C-02", "C-02"]), types={"user_id": "varchar"}),
        "customer_id",
    ),
    "ids as small numbers": (Shop(types={"user_id": "integer"}), "customer_id"),
    "amounts as text": (
        Shop(demo_with(amount=["10,00", "20,00", "30,00", "40,05"]), types={"amount": "varchar"}),
        "10,00",
    ),
    "no column for the currency": (Shop(types={"currency": ""}), "currency"),
}


def publish(dbt: ScratchDbt, shop: Shop) -> None:
    """Publish the shop, with one user more than have ordered, and an empty jaffle shop."""
    types = {name: shop.types.get(name, type_) for name, type_ in COLUMNS.items()}
    columns = [name for name, type_ in types.items() if type_]
    user_type = types["user_id"]
    values = ", ".join(
        "(" + ", ".join(_literal(order[list(COLUMNS).index(name)]) for name in columns) + ")"
        for order in shop.orders
    )
    inserted = f"insert into shop_public.orders ({', '.join(columns)}) values {values};"
    users = sorted({user for user in shop.column("user_id") if user is not None})
    dbt.publish(
        "ingestion",
        f"""
        create schema shop_public;
        create table shop_public.orders (
            {", ".join(f"{name} {types[name]}" for name in columns)},
            _fivetran_synced timestamptz default '2026-06-01 00:00:00+00',
            _fivetran_deleted boolean default false
        );
        {inserted if shop.orders else ""}
        create table shop_public.users as
        select
            cast(id as {user_type}) as id, 'User' as full_name, 'NL' as country,
            'web' as signup_channel, timestamptz '2020-01-01 00:00:00+00' as created_at,
            false as _fivetran_deleted
        from (select unnest({users}::varchar[])) as known(id);
        """,
    )
    dbt.publish(
        "jaffle_dbt",
        f"""
        create schema jaffle;
        create table jaffle.customers (
            customer_id {user_type}, first_name varchar, last_name varchar, country varchar,
            first_order date, most_recent_order date, number_of_orders bigint,
            customer_lifetime_value decimal(18, 2)
        );
        create table jaffle.orders (order_date date, status varchar, amount decimal(18, 2));
        """,
    )


def _literal(value: object) -> str:
    return "null" if value is None else "'{}'".format(str(value).replace("'", "''"))


def days_of(shop: Shop) -> list[date]:
    zone = ZoneInfo(shop.settings.get("shop_time_zone", "UTC"))
    moments = [datetime.fromisoformat(text) for text in shop.column("ordered_at")]
    return [
        (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).date()
        for moment in moments
    ]


def revenue_of(shop: Shop) -> list[Decimal]:
    rates = shop.settings.get("euros_per_unit", {"EUR": 1})
    euros = [
        Decimal(amount) * Decimal(str(rates[currency]))
        for amount, currency in zip(shop.column("amount"), shop.column("currency"), strict=True)
    ]
    return [
        Decimal(0) if status in {"canceled", "returned"} else value.quantize(CENT, ROUND_HALF_UP)
        for value, status in zip(euros, shop.column("status"), strict=True)
    ]


def summed(shop: Shop, *keys: Sequence) -> list[tuple]:
    """Return the key, the number of orders that are not canceled, and their revenue."""
    groups = defaultdict(lambda: [0, Decimal(0)])
    for *key, status, revenue in zip(*keys, shop.column("status"), revenue_of(shop), strict=True):
        if status != "canceled":
            groups[tuple(key)][0] += 1
            groups[tuple(key)][1] += revenue
    return sorted((*key, *numbers) for key, numbers in groups.items())


@pytest.fixture
def build(tmp_path):
    """Publish a shop and build the project; returns the project and dbt's output."""

    def build(shop: Shop, machine: str = "Pacific/Auckland") -> tuple[ScratchDbt, str]:
        dbt = ScratchDbt(MARTS, tmp_path, executable="dbt-parsed", variables={"TZ": machine})
        publish(dbt, shop)
        done = dbt.run(
            *("build", "--exclude-resource-type", "unit_test"),
            *("--vars", json.dumps(dict(shop.settings))),
        )
        return dbt, done.stdout

    return build


def assert_numbers_are_right(dbt: ScratchDbt, shop: Shop) -> None:
    days = days_of(shop)
    assert dbt.query(
        "select order_date, channel, orders, revenue from marts.daily_order_summary order by 1, 2"
    ) == summed(shop, days, shop.column("channel"))
    assert dbt.query(
        "select customer_id, online_orders, online_value from marts.customer_value"
        " where online_orders > 0 order by 1"
    ) == summed(shop, shop.column("user_id"))
    assert dbt.query(
        "select week_start, orders, revenue from marts.weekly_revenue order by 1"
    ) == summed(shop, [day - timedelta(days=day.weekday()) for day in days])
    assert dbt.query(
        "select month_start, channel, placed_orders - canceled_orders, revenue"
        " from marts.channel_performance where placed_orders > canceled_orders order by 1, 2"
    ) == summed(shop, [day.replace(day=1) for day in days], shop.column("channel"))


@pytest.mark.parametrize("name", RIGHT)
def test_numbers_of_the_shop_are_right(build, name):
    dbt, output = build(RIGHT[name])
    assert "ERROR=0" in output, output
    assert_numbers_are_right(dbt, RIGHT[name])
    has_other_channels = name == "other channels"
    assert ("Warning in test stg_shop_orders_channel_is_known" in output) == has_other_channels


@pytest.mark.parametrize("machine", ["America/New_York", "UTC", "Asia/Kolkata"])
def test_days_depend_on_the_zone_of_the_shop_and_not_of_the_machine(build, machine):
    shop = RIGHT["local time without a zone"]
    dbt, output = build(shop, machine)
    assert "ERROR=0" in output, output
    assert_numbers_are_right(dbt, shop)


@pytest.mark.parametrize("name", BLOCKED)
def test_shop_that_cannot_be_computed_is_blocked_with_the_cause(build, name):
    shop, cause = BLOCKED[name]
    _, output = build(shop)
    assert "ERROR=0" not in output, output
    reported = output[output.index("Completed with") :]
    assert cause in reported, output
