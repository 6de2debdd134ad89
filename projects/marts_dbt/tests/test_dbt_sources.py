"""Sources of the online shop that are unlike the demo: time zones, currencies, number types."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from published_assets.dbt.testing import ScratchDbt

MARTS = Path(__file__).resolve().parents[1]

# Timestamps without a time zone and amounts as floating-point numbers. In New York the first order
# was placed on 1 July at 20:30, which is 2 July in UTC.
SHOP = """
    create schema shop_public;
    create table shop_public.users (
        id bigint, full_name varchar, country varchar, signup_channel varchar,
        created_at timestamp, _fivetran_deleted boolean
    );
    insert into shop_public.users values (1, 'Ada Lo', 'US', 'web', '2026-01-01', false);
    create table shop_public.orders (
        id bigint, user_id bigint, channel varchar, status varchar, amount double,
        currency varchar, ordered_at timestamp, _fivetran_synced timestamp,
        _fivetran_deleted boolean
    );
    insert into shop_public.orders values
        (1, 1, 'web', 'completed', 0.1, 'EUR', '2026-07-01 20:30:00', '2026-07-03', false),
        (2, 1, 'web', 'completed', 0.2, 'EUR', '2026-07-02 02:00:00', '2026-07-03', false),
        (3, 1, 'web', 'completed', 1.005, 'EUR', '2026-07-02 23:00:00', '2026-07-03', false);
    """

TABLES = "select table_name from information_schema.tables where table_schema = 'marts'"


def publish_shop(dbt: ScratchDbt, changes: str = "") -> ScratchDbt:
    """Publish the shop with changes, and an empty jaffle shop."""
    dbt.publish("ingestion", SHOP + changes)
    dbt.publish(
        "jaffle_dbt",
        """
        create schema jaffle;
        create table jaffle.customers (
            customer_id bigint, first_name varchar, last_name varchar, country varchar,
            first_order date, most_recent_order date, number_of_orders bigint,
            customer_lifetime_value decimal(18, 2)
        );
        create table jaffle.orders (order_date date, status varchar, amount decimal(18, 2));
        """,
    )
    return dbt


def build(dbt: ScratchDbt, **variables: object) -> str:
    """Build everything without unit tests and return dbt's output."""
    done = dbt.run(
        *("build", "--exclude-resource-type", "unit_test", "--vars", json.dumps(variables))
    )
    return done.stdout


@pytest.mark.parametrize("machine", ["America/New_York", "UTC", "Asia/Kolkata"])
def test_day_of_an_order_depends_on_the_zone_of_the_shop_and_not_of_the_machine(tmp_path, machine):
    project = ScratchDbt(MARTS, tmp_path, executable="dbt-parsed", variables={"TZ": machine})
    output = build(publish_shop(project), shop_time_zone="America/New_York")
    assert "ERROR=0" in output, output
    assert project.query("select order_date, orders, revenue from marts.daily_order_summary") == [
        (date(2026, 7, 2), 2, Decimal("0.30")),
        (date(2026, 7, 3), 1, Decimal("1.01")),
    ]
    assert project.query("select online_value from marts.customer_value") == [(Decimal("1.31"),)]


def test_order_in_a_currency_without_a_rate_blocks_and_one_with_a_rate_is_converted(tmp_path):
    dollars = "update shop_public.orders set currency = 'USD', amount = 10.01 where id = 3"
    project = publish_shop(ScratchDbt(MARTS, tmp_path, executable="dbt-parsed"), dollars)
    output = build(project)
    assert "Failure in test stg_shop_orders_currency_has_a_rate" in output, output
    assert project.query(TABLES) == []

    output = build(project, euros_per_unit={"EUR": 1, "USD": 0.92})
    assert "ERROR=0" in output, output
    assert project.query("select sum(revenue) from marts.daily_order_summary") == [
        (Decimal("9.51"),)
    ]


def test_unknown_channel_warns_and_its_orders_are_counted(tmp_path):
    project = publish_shop(
        ScratchDbt(MARTS, tmp_path, executable="dbt-parsed"),
        "update shop_public.orders set channel = 'kiosk' where id = 1",
    )
    output = build(project)
    assert "Warning in test stg_shop_orders_channel_is_known" in output, output
    assert "ERROR=0" in output, output
    assert project.query("select sum(orders) from marts.daily_order_summary") == [(3,)]


def test_unknown_status_blocks(tmp_path):
    project = publish_shop(
        ScratchDbt(MARTS, tmp_path, executable="dbt-parsed"),
        "update shop_public.orders set status = 'lost' where id = 1",
    )
    output = build(project)
    assert "Failure in test stg_shop_orders_status_is_known" in output, output
    assert project.query(TABLES) == []
