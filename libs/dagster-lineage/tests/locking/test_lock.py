"""From a workspace to interface files: one dbt manifest, one code location that reads its model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import read_interface

READER = """
import dagster as dg
from dagster_lineage.definitions import upstream

ORDERS = upstream("shop", "orders", columns={"order_id": "bigint"})


@dg.asset(key=["ml", "forecast"], deps=[ORDERS.dep], owners=["team:ml"])
def forecast(): ...


defs = dg.Definitions(assets=[forecast])
"""


def node(name: str, sql: str, reads: list[str], **more: Any) -> dict[str, Any]:
    config = {"materialized": "table", "contract": {"enforced": False}, **more.pop("config", {})}
    return {
        "unique_id": f"model.shop.{name}",
        "resource_type": "model",
        "package_name": "shop",
        "name": name,
        "alias": name,
        "database": "shop",
        "schema": "shop",
        "relation_name": f'"shop"."shop"."{name}"',
        "original_file_path": f"models/{name}.sql",
        "path": f"{name}.sql",
        "language": "sql",
        "raw_code": sql,
        "config": config,
        "depends_on": {"nodes": reads, "macros": []},
        "columns": {},
        **more,
    }


def manifest(orders_sql: str) -> dict[str, Any]:
    source = {
        "unique_id": "source.shop.raw.orders",
        "resource_type": "source",
        "package_name": "shop",
        "source_name": "raw",
        "name": "orders",
        "identifier": "orders",
        "database": "lake",
        "schema": "raw",
        "relation_name": '"lake"."raw"."orders"',
        "original_file_path": "models/sources.yml",
        "columns": {"ID": {"name": "ID", "data_type": "bigint"}},
        "config": {"meta": {"dagster": {"asset_key": ["raw", "orders"]}}},
    }
    nodes = [
        node(
            "stg",
            "select ID as order_id, paid from {{ source('raw', 'orders') }}",
            [source["unique_id"]],
        ),
        node("orders", orders_sql, ["model.shop.stg"]),
    ]
    return {
        "metadata": {
            "adapter_type": "duckdb",
            "project_name": "shop",
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        },
        "nodes": {one["unique_id"]: one for one in nodes},
        "sources": {source["unique_id"]: source},
        "macros": {},
    }


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.lineage]\ninterfaces = ["interfaces/*.json"]\n')
    (tmp_path / "workspace.yaml").write_text(
        "load_from:\n"
        "  - python_file: {relative_path: reader.py, location_name: reader}\n"
        "  - python_file: {relative_path: broken.py, location_name: broken}\n"
    )
    (tmp_path / "reader.py").write_text(READER)
    (tmp_path / "broken.py").write_text("import nowhere_to_be_found\n")
    (tmp_path / "manifest.json").write_text(
        json.dumps(manifest("select order_id, sum(paid) as paid from {{ ref('stg') }} group by 1"))
    )
    return tmp_path


def lock_manifest(*more: str) -> int:
    return main(["lock", "--manifest", "manifest.json", "--out", "interfaces", *more])


def test_columns_are_traced_through_models_to_the_source(repository):
    assert lock_manifest() == 0
    interface = read_interface(repository / "interfaces/shop.json")
    found = {asset.key: asset for asset in interface.assets}
    assert found["shop/orders"].columns["order_id"].derived_from == ("shop/stg#order_id",)
    assert found["shop/orders"].columns["order_id"].type == "bigint"
    assert found["shop/orders"].columns_known
    assert found["shop/stg"].columns["order_id"].derived_from == ("raw/orders#ID",)
    assert [read.columns for read in found["shop/stg"].reads] == [("ID", "paid")]


def test_second_lock_reads_only_the_query_that_changed(repository):
    from dagster_lineage.extract.assembly.lock import BareManifest, lock

    bare = [BareManifest(repository / "manifest.json")]
    assert lock(repository, None, manifests=bare).traced == 2
    assert lock(repository, None, manifests=bare).traced == 0
    changed = manifest("select order_id from {{ ref('stg') }}")
    (repository / "manifest.json").write_text(json.dumps(changed))
    again = lock(repository, None, manifests=bare)
    assert again.traced == 1
    [located] = again.located
    assert list(located.interface.assets[0].columns) == ["order_id"]


def test_model_is_read_again_when_a_table_that_it_names_directly_changes(repository):
    from dagster_lineage.extract.assembly.lock import BareManifest, lock

    def locked(named: str, its_key: str, column: str) -> tuple[int, dict[str, Any]]:
        content = manifest("select amount from shop.shop.totals")
        alias = {"alias": named, "relation_name": f'"shop"."shop"."{named}"'}
        totals = node(its_key, f"select 1 as {column}", [], **alias)
        content["nodes"][totals["unique_id"]] = totals
        (repository / "manifest.json").write_text(json.dumps(content))
        found = lock(repository, None, manifests=bare)
        assets = {asset.name: asset for asset in found.located[0].interface.assets}
        return found.traced, {
            read.key: read.columns for read in assets["orders"].reads if read.via == "ref"
        }

    bare = [BareManifest(repository / "manifest.json", keys="{model}")]
    stg = {"stg": None}  # unknown how it is read
    assert locked("totals", "totals", "amount") == (3, stg | {"totals": ("amount",)})
    assert locked("totals", "totals", "amount") == (0, stg | {"totals": ("amount",)})
    # Another column, the same table by another key, and no such table: the query has not changed.
    assert locked("totals", "totals", "AMOUNT") == (2, stg | {"totals": ("AMOUNT",)})
    assert locked("totals", "sums", "AMOUNT") == (2, stg | {"sums": ("AMOUNT",)})
    assert locked("elsewhere", "sums", "AMOUNT") == (2, stg)


def test_columns_come_from_the_table_that_is_read_if_the_source_has_the_key_of_another(repository):
    content = manifest("select order_id from {{ ref('stg') }}")
    [source] = content["sources"].values()
    source["config"]["meta"]["dagster"]["asset_key"] = ["shop", "users"]
    producer = {"orders": "select 1::bigint as ID, 2 as paid", "users": "select 'Ann' as name"}
    for number, (name, sql) in enumerate(producer.items()):
        table = {"database": "lake", "schema": "raw", "relation_name": f'"lake"."raw"."{name}"'}
        meta = {"meta": {"dagster": {"asset_key": [["raw", "shop"][number], name]}}}
        one = node(f"raw_{name}", sql, [], alias=name, config=meta, **table)
        content["nodes"][one["unique_id"]] = one
    (repository / "manifest.json").write_text(json.dumps(content))
    assert lock_manifest() == 0
    found = {asset.key: asset for asset in read_interface(Path("interfaces/shop.json")).assets}
    stg = found["shop/stg"]
    assert [(read.key, read.columns) for read in stg.reads] == [("shop/users", ("ID", "paid"))]
    assert stg.columns["order_id"].derived_from == ("raw/orders#ID",)
    assert stg.columns["order_id"].type == "bigint"
    assert not any(read.missing_columns for asset in found.values() for read in asset.reads)


def test_unreadable_cache_is_replaced(repository):
    assert lock_manifest() == 0
    (repository / ".lineage/traces").write_bytes(b"\x00 broken")
    assert lock_manifest("--check") == 0


def test_stale_interface_is_reported_with_its_changes(repository, capsys):
    assert lock_manifest() == 0
    (repository / "manifest.json").write_text(
        json.dumps(manifest("select order_id, paid as amount from {{ ref('stg') }}"))
    )
    assert lock_manifest("--check") == 1
    told = capsys.readouterr().err
    assert "interfaces/shop.json is stale: run `lineage lock`" in told
    assert '+        "amount"' in told


def test_moved_lines_do_not_make_an_interface_stale(repository):
    assert lock_manifest() == 0
    file = repository / "interfaces/shop.json"
    text = file.read_text()
    assert "models/orders.sql:1" in text
    file.write_text(text.replace("models/orders.sql:1", "models/orders.sql:7"))
    assert lock_manifest("--check") == 0


def test_location_that_does_not_load_is_reported_and_the_others_are_locked(repository, capsys):
    assert lock_manifest() == 0
    kept = repository / "interfaces/broken.json"
    kept.write_text("what was there before")
    assert main(["lock", "--out", "interfaces"]) == 1
    told = capsys.readouterr().err
    assert "broken: could not be loaded" in told
    assert "nowhere_to_be_found" in told
    assert kept.read_text() == "what was there before"
    [forecast] = read_interface(repository / "interfaces/reader.json").assets
    [read] = forecast.reads
    assert (read.key, read.columns) == ("shop/orders", ("order_id",))
    assert read.expects["order_id"].type == "bigint"
    assert read.at == "reader.py:5"


def test_location_that_does_not_load_is_reported_at_its_entry_in_the_workspace(repository, capsys):
    assert lock_manifest() == 0
    assert main(["lock", "--out", "interfaces"]) == 1
    capsys.readouterr()
    for command in (["check"], ["check", "--fresh"], ["lock", "--check", "--out", "interfaces"]):
        assert main([*command, "--format", "json"]) == 1
        found = json.loads(capsys.readouterr().out)["findings"]
        [broken] = [one for one in found if one["code"] == "ST02"]
        assert (broken["file"], broken["line"]) == ("workspace.yaml", 3)
        assert "Code location `broken` could not be loaded: ModuleNotFound" in broken["message"]


def test_usage_error_has_no_traceback(repository, capsys):
    assert main(["lock", "--workspace", "nowhere.yaml"]) == 2
    assert main(["lock", "--manifest", "pyproject.toml"]) == 2
    assert main(["lock", "--manifest", "manifest.json={nonsense}"]) == 2
    assert "Traceback" not in capsys.readouterr().err
