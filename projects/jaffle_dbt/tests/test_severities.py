"""Data tests that warn leave every number right; data tests that block prevent a wrong one."""

import csv
import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def results_of(dbt):
    """Return status and number of failures of each data test of the last build."""
    results = json.loads((dbt.target / "run_results.json").read_text())["results"]
    return {
        result["unique_id"].split(".")[2]: (result["status"], result["failures"])
        for result in results
        if result["unique_id"].startswith("test.")
    }


@pytest.fixture(scope="module")
def without_customer(built, tmp_path_factory, demo_orders):
    """Build the project after customer 41, who has ordered, has left the export."""
    dbt = replace(built, scratch=tmp_path_factory.mktemp("without_customer"))
    shutil.copytree(built.environment.data_dir, dbt.environment.data_dir)
    dbt.publish("ingestion", "delete from jaffle_shop.raw_customers where id = 41")
    done = dbt.run("build", *demo_orders)
    assert done.returncode == 0, done.stdout
    return dbt


def test_order_of_a_customer_who_left_the_export_is_a_warning(without_customer):
    with (SEEDS / "raw_orders.csv").open(newline="") as file:
        orders = sum(row["user_id"] == "41" for row in csv.DictReader(file))
    assert orders > 0
    results = results_of(without_customer)
    warned = {name: result for name, result in results.items() if result[0] != "pass"}
    assert warned == {
        "stg_orders_customer_is_known": ("warn", orders),
        "orders_customer_is_known": ("warn", orders),
    }


def test_customer_who_left_the_export_keeps_all_numbers(built, without_customer):
    numbers = """
        select customer_id, first_order, most_recent_order, number_of_orders,
            customer_lifetime_value
        from jaffle.customers order by customer_id
    """
    assert without_customer.query(numbers) == built.query(numbers)
    names = """
        select customer_id from jaffle.customers
        where coalesce(first_name, last_name, country, cast(signed_up_on as varchar)) is null
    """
    assert without_customer.query(names) == [(41,)]
    total = without_customer.query("select sum(customer_lifetime_value) from jaffle.customers")
    assert total == without_customer.query("select sum(amount) from jaffle.orders")
    assert total[0][0] > Decimal(0)


@pytest.mark.parametrize(
    ("payment", "test"),
    [
        ("9001,9999,coupon,100", "stg_payments_order_is_known"),
        ("9001,,coupon,100", "not_null_stg_payments_order_id"),
        ("9001,1,voucher,100", "stg_payments_payment_method_is_known"),
        ("1,1,coupon,100", "unique_raw_payments_id"),
    ],
)
def test_payment_that_no_published_amount_contains_blocks(
    built, tmp_path, demo_orders, payment, test
):
    project = tmp_path / "jaffle_dbt"
    shutil.copytree(
        built.project_dir, project, ignore=shutil.ignore_patterns("target", "logs", "src", "tests")
    )
    with (project / "seeds" / "raw_payments.csv").open("a") as seed:
        seed.write(f"{payment}\n")
    dbt = replace(built, scratch=tmp_path, project_dir=project)
    shutil.copytree(built.environment.data_dir, dbt.environment.data_dir)

    selection = ("--select", "raw_payments", "stg_payments")
    done = dbt.run("build", *selection, "--exclude", "test_type:unit", *demo_orders)

    assert done.returncode != 0
    assert {name for name, (status, _) in results_of(dbt).items() if status == "fail"} == {test}
