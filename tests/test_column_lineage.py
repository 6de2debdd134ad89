"""Column lineage in Dagster, on the definitions of all code locations, joined by key."""

import pytest

WITHOUT_COLUMNS = {"ml/order_count_chart"}
"""Its result is an image."""


@pytest.fixture(scope="session")
def columns(graphs):
    """Return the columns of each produced asset, each with its upstream columns."""
    return {
        key: asset["columns"]
        for assets in graphs.values()
        for key, asset in assets.items()
        if asset["executable"]
    }


def upstream_of(columns, key, column):
    """Return all columns upstream of a column, as pairs of key and name."""
    found = set()
    waiting = [(key, column)]
    while waiting:
        one_key, one_column = waiting.pop()
        for origin in map(tuple, columns[one_key][one_column]):
            if origin not in found:
                found.add(origin)
                waiting.append(origin)
    return found


def test_every_asset_shows_its_columns_and_their_lineage(columns):
    assert {key for key, found in columns.items() if not found} == WITHOUT_COLUMNS


def test_every_upstream_column_exists(columns):
    missing = [
        f"{key}.{column} is computed from {upstream}.{name}, which does not exist"
        for key, found in columns.items()
        for column, origins in found.items()
        for upstream, name in origins
        if name not in columns.get(upstream, ())
    ]
    assert missing == []


def test_forecast_leads_over_the_marts_to_the_columns_that_fivetran_syncs(columns):
    found = upstream_of(columns, "ml/predicted_orders", "predicted_orders")
    assert ("marts/daily_order_summary", "orders") in found
    assert {name for key, name in found if key == "shop_public/orders"} >= {"ordered_at", "status"}
    assert columns["shop_public/orders"]["ordered_at"] == []


def test_customer_value_leads_to_the_seeds_and_the_customer_export(columns):
    found = upstream_of(columns, "marts/customer_value", "full_name")
    assert {
        ("jaffle_shop/raw_customers", "first_name"),
        ("jaffle_shop/raw_customers", "last_name"),
        ("shop_public/users", "full_name"),
    } <= found
