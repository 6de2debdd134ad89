"""The complete pipeline over four code locations from an empty folder, as `make run` starts it.

The expected numbers are worked out again from the source itself: the demo shop's database, its
customer export and the seeds.
"""

import csv
import os
import sqlite3
import subprocess
import sys
import threading
from collections import defaultdict
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest

from demo_shop import Shop, serve_export
from environment import Environment
from warehouse import Warehouse

pytestmark = pytest.mark.end_to_end

ORDERS = 4000
PROGRAMS = Path(sys.executable).parent


class Platform:
    """A platform with an empty data directory."""

    def __init__(self, data_dir, root):
        self.root = root
        self.environment = Environment(data_dir, "ci")
        self.shop = Shop(ORDERS, self.environment.outside_dir)
        self.environ = {
            "PATH": os.defpath,
            "HOME": str(data_dir),
            "DEMO_SHOP_ORDERS": str(ORDERS),
            **self.environment.as_environ(),
        }

    def __call__(self, *arguments, **environ):
        return subprocess.run(
            [str(PROGRAMS / "platform"), *arguments],
            cwd=self.root,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    def read(self, schema, table):
        return Warehouse("reader", self.environment).read((schema, table)).table.to_pylist()

    def generation(self, project):
        return Warehouse("reader", self.environment).publication(project).generation

    def source(self, query):
        with sqlite3.connect(self.shop.sqlite_file()) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def platform(tmp_path_factory, root):
    return Platform(tmp_path_factory.mktemp("data"), root)


@pytest.fixture(scope="module")
def first_run(platform):
    """Return the result of the first run, whose tables the tests below read."""
    return platform("run")


def expected_days(platform):
    """Return orders, customers and revenue by day and channel, from the rows of the shop."""
    days = defaultdict(lambda: [0, set(), Decimal(0)])
    rows = platform.source("select ordered_at, channel, user_id, status, amount from orders")
    for ordered_at, channel, user_id, status, amount in rows:
        if status == "canceled":
            continue
        day = days[ordered_at[:10], channel]
        day[0] += 1
        day[1].add(user_id)
        if status != "returned":
            day[2] += Decimal(str(amount)).quantize(Decimal("0.01"))
    return {
        key: (orders, len(customers), revenue) for key, (orders, customers, revenue) in days.items()
    }


def found_days(platform):
    return {
        (row["order_date"].isoformat(), row["channel"]): (
            row["orders"],
            row["customers"],
            row["revenue"],
        )
        for row in platform.read("marts", "daily_order_summary")
    }


def test_first_run_from_an_empty_folder_materializes_every_asset(first_run):
    assert first_run.returncode == 0, first_run.stdout + first_run.stderr
    assert "failed" not in first_run.stdout
    assert "ml/predicted_orders" in first_run.stdout
    assert "Next steps" in first_run.stdout


def test_every_asset_has_an_event_and_every_check_a_result(
    first_run, platform, graphs, monkeypatch
):
    home = str(platform.environment.dagster_home)
    monkeypatch.setenv("DAGSTER_HOME", home)
    with dg.DagsterInstance.from_config(home) as instance:
        for location, assets in graphs.items():
            for name, asset in assets.items():
                if not asset["executable"]:
                    continue
                key = dg.AssetKey(name.split("/"))
                event = instance.get_latest_materialization_event(key)
                assert event is not None, f"{name} of {location} was not materialized"
                if asset["pools"]:
                    version = event.asset_materialization.tags["dagster/data_version"]
                    assert 1 <= int(version) <= platform.generation(location)
                for check in asset["checks"]:
                    result = instance.event_log_storage.get_latest_asset_check_execution_by_key(
                        [dg.AssetCheckKey(key, check)]
                    )
                    assert result, f"{check} of {name} was not executed"


def test_ingested_rows_equal_those_of_the_source(first_run, platform):
    orders = {
        (row["id"], row["status"], row["amount"]) for row in platform.read("shop_public", "orders")
    }
    assert orders == {
        (number, status, Decimal(str(amount)).quantize(Decimal("0.01")))
        for number, status, amount in platform.source("select id, status, amount from orders")
    }
    users = {(row["id"], row["email"]) for row in platform.read("shop_public", "users")}
    assert users == set(platform.source("select id, email from users"))


def test_customers_are_accepted_or_rejected_and_none_is_lost(first_run, platform):
    exported = sum(batch.num_rows for batch in platform.shop.customers())
    accepted = platform.read("jaffle_shop", "raw_customers")
    rejected = platform.read("jaffle_shop", "raw_customers_rejected")
    assert rejected
    assert len(accepted) + len(rejected) == exported
    assert all("@" in row["email"] and row["last_name"] for row in accepted)
    assert all(row["reason"] for row in rejected)


def test_jaffle_models_match_the_seeds(first_run, platform, root):
    seeds = root / "projects" / "jaffle_dbt" / "seeds"
    with (seeds / "raw_payments.csv").open() as file:
        paid = defaultdict(int)
        for row in csv.DictReader(file):
            paid[int(row["order_id"])] += int(row["amount"])
    with (seeds / "raw_orders.csv").open() as file:
        orders = {int(row["id"]): int(row["user_id"]) for row in csv.DictReader(file)}
    found = {row["order_id"]: row for row in platform.read("jaffle", "orders")}
    assert found.keys() == orders.keys()
    for number, row in found.items():
        assert row["customer_id"] == orders[number]
        assert row["amount"] == Decimal(paid[number]) / 100
    customers = platform.read("jaffle", "customers")
    assert sum(row["number_of_orders"] for row in customers) == len(orders)
    assert (
        sum(row["customer_lifetime_value"] for row in customers)
        == Decimal(sum(paid.values())) / 100
    )


def test_daily_summary_matches_the_shop(first_run, platform):
    assert found_days(platform) == expected_days(platform)


def test_forecast_contains_the_28_days_after_the_last_one(first_run, platform):
    last_day = max(day for day, _ in expected_days(platform))
    forecast = sorted(platform.read("ml", "predicted_orders"), key=lambda row: row["forecast_date"])
    assert len(forecast) == 28
    assert {row["cutoff_date"].isoformat() for row in forecast} == {last_day}
    for number, row in enumerate(forecast, start=1):
        assert (row["forecast_date"] - row["cutoff_date"]).days == number
        assert 0 <= row["lower_95"] <= row["lower_80"] <= row["predicted_orders"]
        assert row["predicted_orders"] <= row["upper_80"] <= row["upper_95"]


def test_published_tables_can_be_queried_with_platform_sql(first_run, platform):
    result = platform(
        "sql", "--format", "csv", "select count(*) as days from marts_dbt.marts.daily_order_summary"
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["days", str(len(expected_days(platform)))]


def test_second_run_updates_days_that_changed_late(first_run, platform):
    before = expected_days(platform)
    changes = platform.shop.change(days=3)
    assert changes.orders_updated
    assert changes.orders_deleted
    after = expected_days(platform)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert len({day for day, _ in changed}) > 1
    second = platform("run")
    assert second.returncode == 0, second.stdout + second.stderr
    assert found_days(platform) == after


@pytest.fixture
def half_of_the_customers(platform):
    """Serve an export without some customers that have orders."""
    with serve_export(platform.shop) as url:
        from urllib.request import urlopen

        lines = urlopen(f"{url}/customers.csv").read().splitlines(keepends=True)
    kept = b"".join(lines[:1] + lines[60:])

    class Export(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/csv; charset=utf-8")
            self.send_header("Content-Length", str(len(kept)))
            self.end_headers()
            self.wfile.write(kept)

        def log_message(self, *arguments): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Export)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/customers.csv"
    server.shutdown()
    thread.join()
    server.server_close()


def test_customers_who_left_the_export_are_a_warning_and_keep_their_orders(
    first_run, platform, half_of_the_customers
):
    before = {row["customer_id"]: row for row in platform.read("jaffle", "customers")}
    selection = 'key:"jaffle_shop/raw_customers"+'
    run = platform("run", "--select", selection, CUSTOMERS_URL=half_of_the_customers)
    assert run.returncode == 0, run.stdout
    ids = {row["id"] for row in platform.read("jaffle_shop", "raw_customers")}
    after = {row["customer_id"]: row for row in platform.read("jaffle", "customers")}
    left = after.keys() - ids
    assert len(left) > 20
    for customer in left:
        assert after[customer]["first_name"] is None
        for number in ("number_of_orders", "customer_lifetime_value", "first_order"):
            assert after[customer][number] == before[customer][number]
    totals = [sum(row["number_of_orders"] for row in rows.values()) for rows in (before, after)]
    assert totals[0] == totals[1] > 0
    assert platform("run", "--select", selection).returncode == 0


@pytest.fixture
def set_status(platform):
    """Set the status of an order in the shop's database; by default, to what it was."""
    [(original,)] = platform.source("select status from orders where id = 100")

    def set_status(status=original):
        connection = sqlite3.connect(platform.shop.sqlite_file())
        with connection:
            connection.execute(
                "update orders set status = ?, updated_at = (select max(updated_at) from orders)"
                " where id = 100",
                (status,),
            )
        connection.close()

    yield set_status
    set_status()


def test_failed_blocking_test_upstream_keeps_the_previous_data_downstream(
    first_run, platform, set_status
):
    generation = platform.generation("marts_dbt")
    summary = found_days(platform)
    set_status("lost")  # a status that no team knows
    selection = 'key:"shop_public/orders"+'
    failed = platform("run", "--select", selection)
    assert failed.returncode == 1, failed.stdout
    assert "marts_dbt was not published" in failed.stdout
    assert "stg_shop_orders_status_is_known" in failed.stdout
    assert "failed (code location marts_dbt)" in failed.stdout
    assert "platform log " in failed.stdout
    assert "After the fix" in failed.stdout
    assert "skipped" in failed.stdout
    assert "ml/predicted_orders" in failed.stdout
    assert platform.generation("marts_dbt") == generation
    assert found_days(platform) == summary
    set_status()
    fixed = platform("run", "--select", selection)
    assert fixed.returncode == 0, fixed.stdout
    assert platform.generation("marts_dbt") > generation


def test_run_without_its_upstream_names_the_command_to_run_first(tmp_path, root):
    alone = Platform(tmp_path, root)("run", "--select", "code_location:ml")
    assert alone.returncode == 1
    assert "Materialize" in alone.stdout
    assert "platform run --select" in alone.stdout
    assert "Traceback" not in alone.stdout + alone.stderr
