"""Own customers have no invented orders: `demo_orders: false` leaves out those of the seeds."""

import shutil

import pytest

from published_assets.dbt.testing import ScratchDbt

SOURCES = """
    create schema jaffle_shop;
    create table jaffle_shop.raw_customers as
    select
        cast(n as bigint) as id, 'First' || n as first_name, 'Last' || n as last_name,
        n || '@example.org' as email, 'NL' as country, date '2023-01-01' as signed_up_on
    from range(1, 104) as numbers(n);
    create schema shop_public;
    create table shop_public.users as
    select
        cast(n as bigint) as id, n || '@example.org' as email, 'User ' || n as full_name,
        'NL' as country, 'web' as signup_channel,
        timestamptz '2023-12-01 00:00:00+00' as created_at,
        timestamptz '2023-12-01 00:00:00+00' as updated_at,
        timestamptz '2024-02-01 00:00:00+00' as _fivetran_synced, false as _fivetran_deleted
    from range(1, 4) as numbers(n);
    create table shop_public.orders as
    select
        id, id as user_id, 'web' as channel, 'completed' as status,
        cast(10.50 as decimal(12, 2)) as amount, 'EUR' as currency,
        timestamptz '2024-01-01 10:00:00+00' as ordered_at,
        timestamptz '2024-01-01 10:00:00+00' as updated_at,
        timestamptz '2024-02-01 00:00:00+00' as _fivetran_synced, false as _fivetran_deleted
    from shop_public.users;
"""
VALUE = """
    select count(*), sum(jaffle_orders), sum(jaffle_value), sum(total_orders), sum(total_value)
    from marts.customer_value
"""


@pytest.fixture(scope="module", params=["true", "false"])
def built(request, tmp_path_factory, root):
    """Build jaffle_dbt with the setting, publish it, and build `customer_value` from it."""
    folder = tmp_path_factory.mktemp("demo_orders")
    jaffle, marts = (
        ScratchDbt(root / "projects" / name, folder, target_folder=name)
        for name in ("jaffle_dbt", "marts_dbt")
    )
    jaffle.publish("ingestion", SOURCES)
    done = jaffle.run("build", "--vars", f'{{"demo_orders": {request.param}}}')
    assert done.returncode == 0, done.stdout
    shutil.copy(jaffle.work_file, jaffle.environment.published_file("jaffle_dbt"))
    done = marts.run("run", "--select", "+customer_value")
    assert done.returncode == 0, done.stdout
    return request.param == "true", jaffle, marts


def test_orders_of_the_seeds_are_loaded_or_not(built):
    demo_orders, jaffle, _ = built
    expected = 400 if demo_orders else 0
    assert jaffle.query("select count(*) from jaffle.orders") == [(expected,)]
    assert jaffle.query("select sum(number_of_orders) from jaffle.customers") == [(expected,)]
    ((customers, value),) = jaffle.query(
        "select count(*), sum(customer_lifetime_value) from jaffle.customers"
    )
    assert customers == 103
    assert (value > 0) == demo_orders


def test_customer_value_has_only_orders_that_happened(built):
    demo_orders, _, marts = built
    ((customers, orders, value, all_orders, all_value),) = marts.query(VALUE)
    assert customers == 103
    assert orders == (400 if demo_orders else 0)
    assert (value > 0) == demo_orders
    assert all_orders - orders == 3
    assert float(all_value - value) == 31.5
