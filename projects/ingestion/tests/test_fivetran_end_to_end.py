"""The connector over the real local Fivetran and the demo shop: first sync, changes, deletions."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
import requests

from demo_shop import Shop
from ingestion.defs.fivetran import fivetran_tables
from ingestion.local.sources import fivetran_api

KEYS = {"shop_public/users", "shop_public/orders"}


@pytest.fixture
def shop(environment) -> Shop:
    return Shop(1000, environment.outside_dir)


def live_orders(shop):
    with closing(sqlite3.connect(shop.sqlite_file())) as source:
        rows = source.execute("select id, status, amount from orders order by id").fetchall()
    return [(id_, status, f"{float(amount):.2f}") for id_, status, amount in rows]


LIVE = """
    select id, status, amount::varchar from shop_public.orders
    where not _fivetran_deleted order by id
"""


def test_first_sync_imports_every_row_with_its_types(materialize, published, shop):
    run = materialize("fivetran")
    assert run.success, run.failure
    assert set(run.metadata) == KEYS
    assert published.rows(LIVE) == live_orders(shop)
    types = dict(
        published.rows("select column_name, column_type from (describe shop_public.orders)")
    )
    assert types["amount"] == "DECIMAL(12,2)"
    assert types["ordered_at"] == types["_fivetran_synced"] == "TIMESTAMP WITH TIME ZONE"
    assert types["_fivetran_deleted"] == "BOOLEAN"
    at_load = {spec.key.to_user_string(): spec.metadata for spec in fivetran_tables.specs}
    for key, metadata in run.metadata.items():
        assert metadata["dagster/column_schema"] == at_load[key]["dagster/column_schema"]
    metadata = run.metadata["shop_public/orders"]
    assert metadata["dagster/row_count"] == metadata["rows_added"] == 1000
    assert metadata["full_refresh_reason"] == "first import"
    assert metadata["dagster-fivetran/connector_id"] == "postgres"
    assert "neither FIVETRAN_API_KEY nor FIVETRAN_API_SECRET" in metadata["fivetran_api"]


def test_later_sync_imports_only_changed_rows(materialize, published, shop):
    assert materialize("fivetran").success
    changes = shop.change(days=3)
    run = materialize("fivetran")
    assert run.success, run.failure
    metadata = run.metadata["shop_public/orders"]
    assert metadata["full_refresh_reason"] == "none: only changed rows"
    assert metadata["rows_added"] == changes.orders_added > 0
    assert metadata["rows_deleted"] == changes.orders_deleted > 0
    assert 0 < metadata["rows_updated"] <= changes.orders_updated
    assert metadata["dagster/row_count"] == 1000 + changes.orders_added
    assert published.rows(LIVE) == live_orders(shop)


def test_history_mode_imports_every_version(
    materialize, published, shop, environment, accept_snapshot
):
    assert materialize("fivetran").success
    with fivetran_api(os.environ, environment) as api:
        table = f"{api.url}/connections/postgres/schemas/public/tables/orders"
        changed = requests.patch(
            table, json={"sync_mode": "HISTORY"}, auth=(api.key, api.secret), timeout=30
        )
        assert changed.ok, changed.text
    changes = shop.change(days=2)
    assert "_fivetran_deleted: expected BOOLEAN, found no" in materialize("fivetran").message
    accept_snapshot()
    run = materialize("fivetran")
    assert run.success, run.failure
    assert published.rows(LIVE.replace("not _fivetran_deleted", "_fivetran_active")) == live_orders(
        shop
    )
    versions = published.rows(
        "select count(*) - count(distinct id), count(*) filter (not _fivetran_active)"
        " from shop_public.orders"
    )
    assert versions[0][0] > 0
    assert versions[0][1] == versions[0][0] + changes.orders_deleted


def test_sync_with_nothing_new_changes_no_row(materialize, published):
    assert materialize("fivetran").success
    before = published.rows("from shop_public.orders order by id")
    run = materialize("fivetran")
    for metadata in run.metadata.values():
        assert [metadata[f"rows_{what}"] for what in ("added", "updated", "deleted")] == [0, 0, 0]
    assert published.rows("from shop_public.orders order by id") == before


def test_subset_publishes_and_reports_only_the_selection(materialize, published, shop):
    run = materialize("fivetran", selection=["shop_public/users"])
    assert run.success, run.failure
    assert set(run.metadata) == {"shop_public/users"}
    tables = published.rows(
        "select table_name from duckdb_tables() where schema_name='shop_public'"
    )
    assert tables == [("users",)]
    shop.change()
    assert materialize("fivetran").success
    assert published.rows(LIVE) == live_orders(shop)


def test_resync_loses_no_row(materialize, published, shop):
    assert materialize("fivetran").success
    shop.change(days=2)
    run = materialize("fivetran", config={"resync": True})
    assert run.success, run.failure
    assert published.rows(LIVE) == live_orders(shop)


def test_customers_and_connector_share_one_work_file_without_loss(materialize, published):
    assert materialize("customers").success
    assert materialize("fivetran").success
    assert materialize("customers").success
    assert published.rows("select count(*) from shop_public.orders") == [(1000,)]
    assert published.rows("select count(*) > 0 from jaffle_shop.raw_customers") == [(True,)]
