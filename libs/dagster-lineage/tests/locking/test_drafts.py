"""What a location and its manifests say, joined: where one dbt project stands behind it twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.drafts import Draft, draft_of
from dagster_lineage.extract.assembly.project_folders import ProjectFolder
from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.assembly.traced_assets import add_columns
from dagster_lineage.extract.dbt import decode_manifest, read_manifest
from dagster_lineage.extract.probe.answer import (
    AssetFacts,
    CheckFacts,
    DependencyFacts,
    LocationFacts,
    ManifestFacts,
)

HERE = Path("/repo/shop")
TARGETS = {"shop": "prod", "shop'": "dev"}


def manifest(target: str, column: str) -> dict[str, Any]:
    def relation(name: str) -> dict[str, Any]:
        return {
            "database": target,
            "schema": "main",
            "identifier": name,
            "relation_name": f'"{target}"."main"."{name}"',
        }

    return {
        "metadata": {"project_name": "shop", "adapter_type": "duckdb"},
        "nodes": {
            "model.shop.orders": {
                "unique_id": "model.shop.orders",
                "resource_type": "model",
                "package_name": "shop",
                "name": "orders",
                "alias": "orders",
                "raw_code": f"select {column} from {{{{ source('raw', 'orders') }}}}",
                "language": "sql",
                "original_file_path": "models/orders.sql",
                "config": {"materialized": "table"},
                "depends_on": {"nodes": ["source.shop.raw.orders"]},
                **relation("orders"),
            },
            "test.shop.not_null": {
                "unique_id": "test.shop.not_null",
                "resource_type": "test",
                "package_name": "shop",
                "name": f"not_null_{target}",
                "original_file_path": "models/sources.yml",
                "column_name": column,
                "test_metadata": {"name": "not_null", "kwargs": {"column_name": column}},
                "depends_on": {"nodes": ["source.shop.raw.orders"]},
                "config": {},
            },
        },
        "sources": {
            "source.shop.raw.orders": {
                "unique_id": "source.shop.raw.orders",
                "resource_type": "source",
                "package_name": "shop",
                "source_name": "raw",
                "name": "orders",
                "original_file_path": "models/sources.yml",
                **relation("raw_orders"),
            }
        },
        "macros": {},
    }


@pytest.fixture
def draft() -> Draft:
    contents = {
        name: decode_manifest(msgspec.json.encode(manifest(target, f"{target}_id")))
        for name, target in TARGETS.items()
    }
    keys = {
        name: {
            "model.shop.orders": f"{target}/orders",
            "source.shop.raw.orders": f"raw_{target}/orders",
        }
        for name, target in TARGETS.items()
    }
    facts = LocationFacts(
        name="shop",
        folder=str(HERE),
        assets=tuple(
            AssetFacts(
                key=f"{target}/orders",
                executable=True,
                manifest=name,
                unique_id="model.shop.orders",
                dependencies=(DependencyFacts(key=f"raw_{target}/orders"),),
            )
            for name, target in TARGETS.items()
        ),
        manifests={name: ManifestFacts(file="", keys=keys[name]) for name in TARGETS},
        notes=tuple(f"asset a{index}: no owner" for index in range(9)),
    )
    producer = draft_of(
        facts,
        ProjectFolder("shop", "shop", HERE, "interface.json", "shop"),
        CheckoutPaths(Path("/repo"), {}),
        {name: read_manifest(contents[name], None, keys[name]) for name in TARGETS},
    )
    cache = TraceCache()
    producer.nodes = {name: RenderedNodes(contents[name], None, cache) for name in TARGETS}
    add_columns([producer], {}, cache)
    return producer


def test_two_manifests_of_one_project_have_separate_models_and_sources(draft):
    interface = draft.interface()
    found = {asset.key: asset for asset in interface.assets}
    for target in TARGETS.values():
        asset = found[f"{target}/orders"]
        assert asset.relation == f"{target}.main.orders"
        assert asset.columns[f"{target}_id"].derived_from == (f"raw_{target}/orders#{target}_id",)
        assert [(read.key, read.columns) for read in asset.reads] == [
            (f"raw_{target}/orders", (f"{target}_id",))
        ]
    assert [
        (one.name, one.key, one.relation, [check.name for check in one.checks])
        for one in interface.sources
    ] == [
        ("raw.orders", "raw_dev/orders", "dev.main.raw_orders", ["not_null_dev"]),
        ("raw.orders", "raw_prod/orders", "prod.main.raw_orders", ["not_null_prod"]),
    ]


def test_notes_with_one_reason_are_grouped(draft):
    notes = draft.interface().unknown
    assert "asset a0, asset a1, asset a2 and 6 more: no owner" in notes
    assert len(notes) <= 2, notes


def test_check_of_an_asset_that_the_location_lacks_is_separate():
    facts = LocationFacts(
        name="quality",
        folder=str(HERE),
        assets=(
            AssetFacts(key="own", executable=True),
            AssetFacts(key="shop/orders", executable=False, stub=True),
        ),
        checks=(
            CheckFacts(name="mine", asset="own", at=f"{HERE}/q.py:3"),
            CheckFacts(name="theirs", asset="shop/orders", at=f"{HERE}/q.py:9", blocking=True),
        ),
    )
    draft = draft_of(
        facts,
        ProjectFolder("quality", "quality", HERE, "interface.json", "quality"),
        CheckoutPaths(HERE, {}),
        {},
    )
    told = draft.interface()
    [own] = told.assets
    assert [check.name for check in own.checks] == ["mine"]
    assert [(one.name, one.key, one.at, one.blocking) for one in told.checks] == [
        ("theirs", "shop/orders", "q.py:9", True)
    ]


@pytest.mark.parametrize("loader", ["seeds/raw_orders", "raw_orders"])
def test_source_over_a_table_of_the_same_location_has_the_key_of_its_asset(loader):
    """Dagster finds the asset by its table name, so the dependency is declared."""
    content = decode_manifest(msgspec.json.encode(manifest("prod", "order_id")))
    facts = LocationFacts(
        name="shop",
        folder=str(HERE),
        assets=(
            AssetFacts(key=loader, executable=True, relation="prod.main.raw_orders"),
            AssetFacts(
                key="orders",
                executable=True,
                manifest="shop",
                unique_id="model.shop.orders",
                dependencies=(DependencyFacts(key=loader),),
            ),
        ),
        manifests={"shop": ManifestFacts(file="")},
    )
    draft = draft_of(
        facts,
        ProjectFolder("shop", "shop", HERE, "interface.json", "shop"),
        CheckoutPaths(Path("/repo"), {}),
        {"shop": read_manifest(content)},
    )
    draft.nodes = {"shop": RenderedNodes(content, None, TraceCache())}
    add_columns([draft], {}, TraceCache())
    interface = draft.interface()
    [orders] = [asset for asset in interface.assets if asset.key == "orders"]
    [read] = orders.reads
    assert (read.key, read.source, read.declared, read.queried) == (
        loader,
        "raw.orders",
        True,
        True,
    )
    assert orders.columns["order_id"].derived_from == (f"{loader}#order_id",)
    [source] = interface.sources
    assert (source.name, source.key) == ("raw.orders", loader)
