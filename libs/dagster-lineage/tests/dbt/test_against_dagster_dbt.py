"""dagster-dbt itself says what the keys, edges and checks of a manifest are: we say the same."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from dagster_lineage.extract.dbt import ManifestGraph, decode_manifest, read_manifest


@pytest.fixture(scope="module")
def definitions(manifest: bytes, shop: Path):
    """`@dbt_assets` over everything; its source with a key for all of its tables is fixed."""
    import dagster_dbt

    data = json.loads(manifest)
    for node in data["sources"].values():
        if node["source_name"] == "crm":
            node["meta"] = node["config"]["meta"] = {}

    @dagster_dbt.dbt_assets(manifest=data)
    def everything():
        yield

    return everything, read_manifest(decode_manifest(msgspec.json.encode(data)), shop)


def test_keys_and_edges_match_dagster_dbt(definitions) -> None:
    assets, graph = definitions
    dagsters = {
        spec.key.to_escaped_user_string(): {
            dependency.asset_key.to_escaped_user_string() for dependency in spec.deps
        }
        for spec in assets.specs
    }

    assert dagsters == {
        asset.key: {read.key for read in asset.reads} for asset in graph.assets.values()
    }
    assert len(dagsters) == 13


def test_checks_match_dagster_dbt_except_those_that_dagster_loses(definitions) -> None:
    assets, graph = definitions
    dagsters = {
        spec.metadata["dagster_dbt/unique_id"]: (
            spec.asset_key.to_escaped_user_string(),
            spec.name,
            spec.blocking,
        )
        for spec in assets.check_specs
    }
    ours: ManifestGraph = graph
    lost = {one for one in ours.tests if one not in dagsters}

    assert dagsters == {
        one: (test.key, test.check.name, test.check.blocking)
        for one, test in ours.tests.items()
        if one not in lost
    }
    # Tests on sources, and the query over two models that names none of them.
    assert lost == {one for one, test in ours.tests.items() if test.source} | {"test.shop.two"}
