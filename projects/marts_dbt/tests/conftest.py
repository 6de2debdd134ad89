"""A history of runs of the project: one shop, and dbt run after run."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from published_assets.dbt.testing import ScratchDbt

PROJECT_DIR = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class RunResult:
    """Tables and output after a run."""

    source: list[tuple]
    """Orders that ingestion had published."""
    summary: list[tuple]
    """Rows of `daily_order_summary`."""
    output: str
    """dbt's output."""
    built: list[tuple]
    """Ids of the rows of `int_shop_order_days`, which change when a row is written."""


@dataclass
class RunHistory:
    """The results of runs of the project, in their order."""

    dbt: ScratchDbt
    results: dict[str, RunResult] = field(default_factory=dict)

    def run(self, name: str, *arguments: str) -> None:
        done = self.dbt.run(*arguments)
        assert done.returncode == 0, done.stdout
        self.results[name] = RunResult(self.orders(), self.summary(), done.stdout, self.built())

    def orders(self) -> list[tuple]:
        file = self.dbt.environment.published_file("ingestion")
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute("""
                select
                    epoch_us(ordered_at), channel, user_id, status, amount,
                    epoch_us(_fivetran_synced), _fivetran_deleted
                from shop_public.orders
            """).fetchall()

    def built(self) -> list[tuple]:
        return self.dbt.query("""
            select rowid, order_date, channel from marts_staging.int_shop_order_days order by 1
        """)

    def summary(self) -> list[tuple]:
        return self.dbt.query("""
            select order_date, channel, orders, customers, revenue, source_synced_at
            from marts.daily_order_summary order by 1, 2
        """)


def days(first: int, after: int) -> tuple[str, str]:
    """Return the variables of a run for days of January 2024."""
    return (
        "--vars",
        json.dumps({"start_date": f"2024-01-{first:02}", "end_date": f"2024-01-{after:02}"}),
    )


@pytest.fixture(scope="session")
def history(tmp_path_factory) -> RunHistory:
    """Run one day, a range, late updates, the same again, and everything."""
    # West of UTC: a time that is not converted falls on the day before.
    dbt = ScratchDbt(
        PROJECT_DIR, tmp_path_factory.mktemp("marts_dbt"), variables={"TZ": "America/New_York"}
    )
    history = RunHistory(dbt)
    dbt.publish("ingestion", ONLINE_SHOP)
    dbt.publish("jaffle_dbt", JAFFLE_SHOP)

    history.run("first day", "run", "--select", "+tag:daily", *days(3, 4))
    history.run("range", "run", "--select", "tag:daily", *days(1, 9))
    dbt.publish("ingestion", LATE_UPDATES)
    history.run("late", "run", "--select", "+tag:daily", *days(6, 7))
    history.run("late again", "run", "--select", "+tag:daily", *days(6, 7))
    history.run("everything", "build")
    return history


@pytest.fixture(scope="session")
def built(history) -> ScratchDbt:
    """Return the project after the last run: everything built, all tests passed."""
    return history.dbt


# Nine days with ten orders each, two hours and 24 minutes apart: the first at midnight, UTC. User 7
# has deleted the account, user 8 has not ordered, and the jaffle shop does not know user 9.
ONLINE_SHOP = """
    create schema shop_public;
    create table shop_public.users as
    select
        cast(n as bigint) as id,
        n || '@example.org' as email,
        'User ' || n as full_name,
        'NL' as country,
        'web' as signup_channel,
        timestamptz '2023-12-01 00:00:00+00' as created_at,
        timestamptz '2023-12-01 00:00:00+00' as updated_at,
        timestamptz '2024-02-01 00:00:00+00' as _fivetran_synced,
        n = 7 as _fivetran_deleted
    from range(1, 10) as numbers(n);
    create table shop_public.orders as
    select
        cast(n + 1 as bigint) as id,
        cast([1, 2, 3, 7, 5, 9][n % 6 + 1] as bigint) as user_id,
        ['web', 'app', 'store'][n % 3 + 1] as channel,
        ['completed', 'completed', 'shipped', 'returned', 'placed', 'completed', 'canceled']
            [n % 7 + 1] as status,
        cast(n * 1.37 + 5 as decimal(12, 2)) as amount,
        'EUR' as currency,
        timestamptz '2024-01-01 00:00:00+00' + n * interval 144 minute as ordered_at,
        timestamptz '2024-01-20 00:00:00+00' as updated_at,
        timestamptz '2024-02-01 00:00:00.25+00' as _fivetran_synced,
        n = 11 as _fivetran_deleted
    from range(0, 90) as numbers(n);
"""

JAFFLE_SHOP = """
    create schema jaffle;
    create table jaffle.customers (
        customer_id bigint, first_name varchar, last_name varchar, country varchar,
        first_order date, most_recent_order date, number_of_orders bigint,
        customer_lifetime_value decimal(18, 2)
    );
    insert into jaffle.customers values
        (1, 'Ada', 'Lo', 'DE', '2023-12-30', '2024-01-02', 2, 30.00),
        (8, 'Bo', 'Mi', 'DE', null, null, 0, 0.00),
        (50, 'Cy', 'No', 'FR', '2024-01-09', '2024-01-09', 1, 12.50);
    create table jaffle.orders (order_date date, status varchar, amount decimal(18, 2));
    insert into jaffle.orders values
        ('2023-12-30', 'completed', 10.00), ('2024-01-02', 'returned', 20.00),
        ('2024-01-09', 'placed', 12.50);
"""

LATE_UPDATES = """
    -- 1 January: an order changes its price, another is returned, a third one is canceled.
    update shop_public.orders
    set amount = 100, _fivetran_synced = timestamptz '2024-02-03 00:00:00+00' where id = 1;
    update shop_public.orders
    set status = 'returned', _fivetran_synced = timestamptz '2024-02-02 00:00:00+00' where id = 2;
    update shop_public.orders
    set status = 'canceled', _fivetran_synced = timestamptz '2024-02-02 00:00:00+00' where id = 3;
    -- 4 January: every order is canceled. 5 January: every order is deleted.
    update shop_public.orders
    set status = 'canceled', _fivetran_synced = timestamptz '2024-02-03 00:00:00+00'
    where cast(ordered_at as date) = '2024-01-04';
    update shop_public.orders
    set _fivetran_deleted = true, _fivetran_synced = timestamptz '2024-02-03 00:00:00+00'
    where cast(ordered_at as date) = '2024-01-05';
    -- 7 January: one channel loses all orders. 8 January: an order arrives late.
    update shop_public.orders
    set _fivetran_deleted = true, _fivetran_synced = timestamptz '2024-02-03 00:00:00+00'
    where cast(ordered_at as date) = '2024-01-07' and channel = 'store';
    insert into shop_public.orders values (
        1001, 9, 'app', 'placed', 55.55, 'EUR', '2024-01-08 23:59:59+00',
        '2024-02-03 00:00:00+00', '2024-02-03 00:00:00+00', false
    );
    -- An order moves from 2 January to 3 January.
    update shop_public.orders
    set
        ordered_at = ordered_at + interval 1 day,
        _fivetran_synced = timestamptz '2024-02-03 00:00:00+00'
    where id = 15;
    -- 9 January, which has not been built: an order changes.
    update shop_public.orders
    set amount = 1, _fivetran_synced = timestamptz '2024-02-03 00:00:00+00' where id = 81;
"""
