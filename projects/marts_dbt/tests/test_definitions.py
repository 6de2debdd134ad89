"""Partitions of the finance team's models."""

import json

import dagster as dg

from marts_dbt.definitions import defs
from marts_dbt.project import PROJECT_DIR
from published_assets.dbt.api import fresh_manifest


def test_daily_models_are_partitioned_and_a_range_of_them_is_one_run():
    manifest = json.loads(fresh_manifest(PROJECT_DIR).read_text())
    graph = defs.resolve_asset_graph()
    daily = {
        dg.AssetKey([node["schema"], node["alias"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "daily" in node["tags"]
    }
    assert dg.AssetKey(["marts", "daily_order_summary"]) in daily
    assert {node.key for node in graph.asset_nodes if node.partitions_def is not None} == daily
    for key in daily:
        assert graph.get(key).backfill_policy == dg.BackfillPolicy.single_run()
        assert graph.get(key).partitions_def.get_first_partition_key() == "2024-01-01"
