"""The lineage of all code locations, asserted on their own graphs, joined by key."""

import difflib
import re

import pytest

CROSS_PROJECT_EDGES = {
    ("ingestion", "jaffle_shop/raw_customers", "jaffle_dbt", "jaffle_staging/stg_customers"),
    ("ingestion", "shop_public/orders", "marts_dbt", "marts_staging/int_shop_order_days"),
    ("ingestion", "shop_public/orders", "marts_dbt", "marts_staging/stg_shop_orders"),
    ("ingestion", "shop_public/users", "marts_dbt", "marts_staging/stg_shop_users"),
    ("jaffle_dbt", "jaffle/customers", "marts_dbt", "marts/customer_value"),
    ("jaffle_dbt", "jaffle/orders", "marts_dbt", "marts/weekly_revenue"),
    ("jaffle_dbt", "jaffle/customers", "ml", "ml/order_count_chart"),
    ("marts_dbt", "marts/daily_order_summary", "ml", "ml/predicted_orders"),
}


@pytest.fixture(scope="session")
def producers(graphs):
    """Return the code locations that execute each key."""
    producers = {}
    for location, assets in graphs.items():
        for key, asset in assets.items():
            if asset["executable"]:
                producers.setdefault(key, []).append(location)
    return producers


def test_cross_project_edges_are_the_expected_ones(graphs, producers):
    edges = {
        (producers[dep][0], dep, location, key)
        for location, assets in graphs.items()
        for key, asset in assets.items()
        for dep in asset["deps"]
        if producers.get(dep, [location])[0] != location
    }
    assert edges == CROSS_PROJECT_EDGES


def test_every_dependency_has_a_producer(graphs, producers):
    unresolved = [
        f"{location}: {key} reads {dep}, which has no producer"
        for location, assets in graphs.items()
        for key, asset in assets.items()
        for dep in asset["deps"]
        if dep not in producers
    ]
    assert unresolved == []


def test_no_key_has_two_producers(producers):
    assert {key: found for key, found in producers.items() if len(found) > 1} == {}


def test_a_schema_belongs_to_one_project(producers):
    owners = {}
    for key, (location, *_) in producers.items():
        owners.setdefault(key.split("/")[0], set()).add(location)
    assert {schema: projects for schema, projects in owners.items() if len(projects) > 1} == {}


def test_tutorials_assets_exist_under_their_names(producers):
    assert {
        "jaffle_shop/raw_customers",
        "shop_public/users",
        "shop_public/orders",
        "jaffle/customers",
        "jaffle/orders",
        "marts/daily_order_summary",
        "ml/predicted_orders",
        "ml/order_count_chart",
    } <= producers.keys()


def test_every_asset_has_an_owner_a_description_and_the_pool_of_its_file(graphs):
    wrong = []
    for location, assets in graphs.items():
        for key, asset in assets.items():
            if not asset["executable"]:
                continue
            if not asset["owners"] or not all(
                re.fullmatch(r"team:[a-z_]+", owner) for owner in asset["owners"]
            ):
                wrong.append(f"{key}: owners {asset['owners']}")
            if len(asset["description"]) < 20:
                wrong.append(f"{key}: description {asset['description']!r}")
            writes_no_table = key == "ml/order_count_chart"
            if asset["pools"] != [f"warehouse_{location}"] and not writes_no_table:
                wrong.append(f"{key}: pools {asset['pools']}")
    assert wrong == []


def test_backfill_starts_separate_runs_for_each_code_location(graphs):
    """Dagster combines assets with equal policies in one run, also of two code locations."""
    locations_of = {}
    for location, assets in graphs.items():
        for asset in assets.values():
            if asset["executable"]:
                shape = (asset["partitioned"], asset["backfill_policy"])
                locations_of.setdefault(shape, set()).add(location)
    assert all(len(locations) == 1 for locations in locations_of.values()), locations_of


def test_graph_is_the_reviewed_one(graphs, root, request):
    """A change of the lineage is a diff in review; `pytest --update-graph` writes the file."""
    lines = []
    for location, assets in sorted(graphs.items()):
        lines.append(location)
        for key, asset in sorted(assets.items()):
            if not asset["executable"]:
                continue
            notes = " daily" if asset["partitioned"] else ""
            lines.append(f"  {key}{notes} ({len(asset['checks'])} checks)")
            lines.extend(f"    <- {dep}" for dep in asset["deps"])
    found = "\n".join(lines) + "\n"
    file = root / "tests" / "asset_graph.txt"
    if request.config.getoption("--update-graph"):
        file.write_text(found)
    expected = file.read_text()
    difference = "\n".join(
        difflib.unified_diff(
            expected.splitlines(), found.splitlines(), "reviewed", "now", lineterm=""
        )
    )
    assert found == expected, f"the graph has changed:\n{difference}"
