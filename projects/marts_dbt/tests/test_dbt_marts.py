"""The other marts, and names, descriptions and contracts of the project."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal


def tables_of(manifest):
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    return [node for node in nodes if node["resource_type"] in {"model", "source"}]


def test_dbt_reports_no_deprecation_in_the_project(history):
    output = history.results["everything"].output
    assert "ERROR=0" in output
    assert "deprecat" not in output.lower()


def test_unit_tests_of_the_logic_are_run_and_pass(built):
    results = json.loads((built.target / "run_results.json").read_text())["results"]
    unit_tests = [result for result in results if result["unique_id"].startswith("unit_test.")]
    assert len(unit_tests) == 7
    assert {result["status"] for result in unit_tests} == {"pass"}


def test_customer_of_both_shops_has_the_value_of_both(built):
    ((*row,),) = built.query("""
        select full_name, country, jaffle_orders, jaffle_value, total_orders - online_orders,
            total_value - online_value, first_order_date, segment
        from marts.customer_value where customer_id = 1
    """)
    assert row == [
        *("User 1", "NL", 2, Decimal("30.00"), 2, Decimal("30.00"), date(2023, 12, 30), "loyal")
    ]


def test_customer_of_one_shop_is_kept(built):
    found = built.query("""
        select customer_id, full_name, segment from marts.customer_value
        where customer_id in (7, 8, 9, 50) order by 1
    """)
    assert [row[:2] for row in found] == [(7, None), (8, "User 8"), (9, "User 9"), (50, "Cy No")]
    assert [row[2] for row in found] == ["loyal", "prospect", "loyal", "new"]


def test_all_marts_agree_on_the_revenue_of_the_online_shop(built):
    (revenue,) = built.query("""
        select sum(amount) from marts_staging.stg_shop_orders
        where status in ('placed', 'shipped', 'completed')
    """)
    assert revenue[0] > 0
    for total in (
        "select sum(revenue) from marts.daily_order_summary",
        "select sum(online_value) from marts.customer_value",
        "select sum(revenue) from marts.channel_performance",
        "select sum(revenue) from marts.weekly_revenue where shop = 'online'",
    ):
        assert built.query(total) == [revenue], total


def test_returned_orders_of_the_jaffle_shop_bring_no_weekly_revenue(built):
    found = built.query("""
        select week_start, orders, revenue
        from marts.weekly_revenue where shop = 'jaffle' order by 1
    """)
    assert found == [
        (date(2023, 12, 25), 1, Decimal("10.00")),
        (date(2024, 1, 1), 1, Decimal("0.00")),
        (date(2024, 1, 8), 1, Decimal("12.50")),
    ]


def test_shares_of_channels_follow_from_their_counts(built):
    for counts in built.query("""
        select placed_orders, canceled_orders, returned_orders, revenue,
            average_order_value, canceled_share, returned_share
        from marts.channel_performance
    """):
        placed, canceled, returned, revenue, average, canceled_share, returned_share = counts
        assert placed > canceled + returned > 0
        assert abs(average - revenue / (placed - canceled - returned)) <= Decimal("0.005")
        assert abs(canceled_share - Decimal(canceled) / placed) <= Decimal("0.00005")
        assert abs(returned_share - Decimal(returned) / (placed - canceled)) <= Decimal("0.00005")


def test_every_table_and_column_is_described(built):
    tables = tables_of(built.manifest())
    assert len(tables) == 11
    undescribed = [table["unique_id"] for table in tables if not table["description"]]
    undescribed += [
        f"{table['unique_id']}.{column['name']}"
        for table in tables
        for column in table["columns"].values()
        if not column["description"]
    ]
    assert undescribed == []


def test_documented_columns_are_the_columns_of_the_table(built):
    for table in tables_of(built.manifest()):
        if table["resource_type"] == "model":
            found = built.query(
                "select column_name from information_schema.columns"
                " where table_catalog = 'marts_dbt'"
                f" and table_schema = '{table['schema']}' and table_name = '{table['name']}'"
                " order by ordinal_position"
            )
            assert [name for (name,) in found] == list(table["columns"]), table["name"]


def test_public_models_are_under_contract_and_the_others_are_private(built):
    models = [node for node in tables_of(built.manifest()) if node["resource_type"] == "model"]
    public = {model["name"]: model for model in models if model["access"] == "public"}
    assert {"daily_order_summary", "customer_value"} <= set(public)
    for name, model in public.items():
        assert model["config"]["contract"]["enforced"], name
        assert all(column["data_type"] for column in model["columns"].values()), name
    assert {model["schema"] for model in models if model["access"] == "private"} == {
        "marts_staging"
    }
    assert {model["group"] for model in models} == {"finance"}


def test_source_sets_the_asset_key_for_each_table(built):
    for source in built.manifest()["sources"].values():
        key = source["config"]["meta"]["dagster"]["asset_key"]
        assert key == [source["schema"], source["name"]]
        assert source["relation_name"] == '"{}"."{}"."{}"'.format(source["database"], *key)


def test_state_modified_selects_only_the_edited_model_in_another_environment(built, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    manifest = built.manifest()
    manifest["nodes"]["model.marts_dbt.weekly_revenue"]["raw_code"] = "select 'before the edit'"
    (state / "manifest.json").write_text(json.dumps(manifest))

    elsewhere = replace(built, scratch=tmp_path / "elsewhere", environment_name="pr_7")
    listed = elsewhere.run(
        *("--quiet", "ls", "--select", "state:modified", "--state", str(state)),
        *("--indirect-selection", "empty"),  # only the tests that are modified
    )

    assert listed.returncode == 0, listed.stdout
    assert listed.stdout.split() == ["marts_dbt.marts.weekly_revenue"]
