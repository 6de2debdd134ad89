"""The project, built from nothing by dbt."""

from pathlib import Path

import pytest

from published_assets.dbt.testing import ScratchDbt

PROJECT_DIR = Path(__file__).resolve().parents[1]

# Whatever `dbt_project.yml` says: the tests expect the orders of the seeds.
DEMO_ORDERS = ("--vars", '{"demo_orders": true}')

# What the ingestion team publishes: customers 1 to 103; the last three have never ordered.
CUSTOMERS = """
    create schema jaffle_shop;
    create table jaffle_shop.raw_customers as
    select
        cast(n as bigint) as id,
        'First' || n as first_name,
        'Last' || n as last_name,
        n || '@example.org' as email,
        'NL' as country,
        date '2023-01-01' + cast(n as integer) as signed_up_on
    from range(1, 104) as numbers(n);
"""


@pytest.fixture(scope="session")
def demo_orders() -> tuple[str, str]:
    return DEMO_ORDERS


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> ScratchDbt:
    """Build the project once, unit tests included."""
    dbt = ScratchDbt(PROJECT_DIR, tmp_path_factory.mktemp("jaffle_dbt"))
    dbt.publish("ingestion", CUSTOMERS)
    done = dbt.run("build", *DEMO_ORDERS)
    assert done.returncode == 0, done.stdout
    return dbt
