"""Manifests that this release of dbt would not write: older ones, other writers', foreign ones."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dagster_lineage.extract.dbt import (
    ManifestGraph,
    ManifestUnreadable,
    decode_manifest,
    read_manifest,
)
from dagster_lineage.model import Asset

OLD_METADATA = {
    "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v7.json",
    "dbt_version": "1.3.1",
    "adapter_type": "postgres",
    "project_id": hashlib.md5(b"shop").hexdigest(),  # noqa: S324 - as dbt makes it
}


def node(kind: str, name: str, *parents: str, package: str = "shop", **more: Any) -> dict[str, Any]:
    return {
        "unique_id": f"{kind}.{package}.{name}",
        "resource_type": kind,
        "name": name,
        "alias": name,
        "package_name": package,
        "original_file_path": f"{kind}s/{name}.sql",
        "config": {"materialized": "table", "enabled": True},
        "depends_on": {"macros": [], "nodes": list(parents)},
        **more,
    }


def manifest(*nodes: dict[str, Any], **collections: Any) -> dict[str, Any]:
    return {
        "metadata": {"project_name": "shop"},
        "nodes": {one["unique_id"]: one for one in nodes},
        **collections,
    }


def read(data: dict[str, Any], project_dir: Path | None = None) -> ManifestGraph:
    return read_manifest(decode_manifest(msgspec.json.encode(data)), project_dir)


def asset(data: dict[str, Any], unique_id: str) -> Asset:
    return read(data).assets[unique_id]


def test_dbt_1_3() -> None:
    data = manifest(
        node("model", "base", "source.shop.erp.orders", package="installed"),
        node(
            "model",
            "orders",
            "model.installed.base",
            refs=[["installed", "base"]],
            raw_sql="select *\nfrom {{ ref('installed', 'base') }}",
            compiled_sql="select * from base",
            meta={"dagster": {"asset_key": ["old", "orders"]}},
            columns={"id": {"name": "id", "data_type": "INT"}},
            schema="public",
            database="db",
        ),
        node(
            "test",
            "relationships_orders",
            "model.installed.base",
            "model.shop.orders",
            test_metadata={
                "name": "relationships",
                "kwargs": {"column_name": "id", "model": "{{ get_where_subquery(ref('orders')) }}"},
            },
            column_name="id",
        ),
        sources={
            "source.shop.erp.orders": {
                "unique_id": "source.shop.erp.orders",
                "resource_type": "source",
                "source_name": "erp",
                "name": "orders",
                "package_name": "shop",
                "original_file_path": "models/s.yml",
                "source_meta": {"dagster": {"asset_key": ["erp"]}},
                "meta": {"dagster": {"asset_key": ["erp"]}},
            }
        },
    )
    data["metadata"] = OLD_METADATA

    decoded = decode_manifest(msgspec.json.encode(data))
    graph = read_manifest(decoded)
    orders = graph.assets["model.shop.orders"]

    assert (graph.project, graph.dialect) == ("shop", "postgres")
    assert orders.key == "old/orders"
    assert orders.relation == "db.public.orders"
    assert orders.columns["id"].type == "int"
    assert orders.access == ""  # that release had none
    assert [(read.key, read.at) for read in orders.reads] == [
        ("base", "shop://models/orders.sql:2")
    ]
    assert [check.kind for check in orders.checks] == ["relationships"]
    assert decoded.nodes["model.shop.orders"].compiled_query == "select * from base"
    assert (
        graph.assets["model.installed.base"].at == "shop://dbt_packages/installed/models/base.sql:1"
    )
    assert graph.sources["source.shop.erp.orders"].key_origin == "source"


def test_exposure_reads_through_ephemeral_models_and_metrics() -> None:
    hidden = {"config": {"materialized": "ephemeral"}}
    data = manifest(
        node("seed", "rows"),
        node("model", "one", "seed.shop.rows", raw_code="\n{{ ref('rows') }}", **hidden),
        node(
            "model",
            "two",
            "model.shop.one",
            "seed.shop.rows",
            raw_code="{{ ref('rows') }}",
            **hidden,
        ),
        node("model", "three", "model.shop.two", "metric.shop.count"),
        metrics={"metric.shop.count": node("metric", "count", "model.shop.two")},
    )

    reads = asset(data, "model.shop.three").reads

    assert [(read.key, read.at, read.via) for read in reads] == [
        ("rows", "shop://models/two.sql:1", "ref")
    ]


def test_cycle_of_ephemeral_models_is_read() -> None:
    hidden = {"config": {"materialized": "ephemeral"}}
    data = manifest(
        node("model", "a", "model.shop.b", **hidden),
        node("model", "b", "model.shop.a", "seed.shop.rows", **hidden),
        node("seed", "rows"),
        node("model", "c", "model.shop.a"),
    )

    assert [read.key for read in asset(data, "model.shop.c").reads] == ["rows"]


def test_missing_parent_has_a_note() -> None:
    graph = read(manifest(node("model", "a", "model.gone.b", "source.gone.c.d")))

    assert graph.assets["model.shop.a"].reads == ()
    (note,) = graph.notes
    assert note.startswith("2 node(s) that others depend on are not in the manifest (model.gone.b")


def test_disabled_node_is_ignored() -> None:
    off = {"config": {"enabled": False}}
    graph = read(manifest(node("model", "off", **off), node("model", "a", "model.shop.off")))

    assert list(graph.assets) == ["model.shop.a"]
    assert graph.assets["model.shop.a"].reads == ()


def test_node_of_another_project_is_external() -> None:
    data = manifest(
        node("model", "theirs", package="upstream", original_file_path="", path=""),
        node("model", "ours", "model.upstream.theirs"),
    )

    assert asset(data, "model.upstream.theirs").kind == "external"
    assert asset(data, "model.shop.ours").reads[0].key == "theirs"


def test_keys_that_differ_by_case_are_two_keys() -> None:
    graph = read(manifest(node("model", "Orders"), node("model", "orders")))

    assert [one.key for one in graph.assets.values()] == ["Orders", "orders"]


def test_data_tests_of_missing_and_ephemeral_models_belong_to_no_asset() -> None:
    graph = read(
        manifest(
            node("test", "lost", "model.gone.a"),
            node("model", "hidden", config={"materialized": "ephemeral"}),
            node("test", "on_hidden", "model.shop.hidden"),
        )
    )

    assert graph.tests["test.shop.lost"].on == ""
    assert graph.tests["test.shop.lost"].key == ""
    assert graph.tests["test.shop.on_hidden"].on == "model.shop.hidden"
    assert graph.tests["test.shop.on_hidden"].key == ""


def test_analyses_do_not_read_sources() -> None:
    source = node("source", "t", source_name="s")
    data = manifest(node("analysis", "look", "source.shop.t"), sources={"source.shop.t": source})

    assert not read(data).sources["source.shop.t"].read


def test_packages_are_found_in_the_install_path_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\npackages-install-path: vendor/dbt\n")

    graph = read(manifest(node("model", "a", package="installed")), tmp_path)

    assert graph.assets["model.installed.a"].at == "vendor/dbt/installed/models/a.sql:1"


def test_windows_paths() -> None:
    written = {"original_file_path": "models\\a.sql", "patch_path": "shop://models\\a.yml"}
    described = asset(manifest(node("model", "a", **written)), "model.shop.a")

    assert (described.at, described.described_at) == (
        "shop://models/a.sql:1",
        "shop://models/a.yml:1",
    )


def test_windows_line_ends(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_bytes(b"\r\n\r\nselect *\r\nfrom {{ ref('b') }}\r\n")
    code = "select *\r\nfrom {{ ref('b') }}"
    data = manifest(node("seed", "b"), node("model", "a", "seed.shop.b", raw_code=code))

    assert read(data, tmp_path).assets["model.shop.a"].reads[0].at == "models/a.sql:4"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"nodes": []}', b"\xff"])
def test_file_that_is_not_a_manifest_is_an_error(data: bytes) -> None:
    with pytest.raises(ManifestUnreadable, match=r"it (is not JSON|has no `nodes`)"):
        decode_manifest(data)


def test_several_owners_by_e_mail() -> None:
    groups = {"group.shop.g": {"name": "g", "owner": {"email": ["a@b.c", "d@e.f"], "name": "G"}}}
    one = node("model", "a", config={"group": "g"})

    assert asset(manifest(one, groups=groups), "model.shop.a").owners == ("a@b.c", "d@e.f")


def test_team_is_the_name_of_an_owner() -> None:
    groups = {"group.shop.g": {"name": "g", "owner": {"email": None, "name": "team:g"}}}
    one = node("model", "a", group="g")

    assert asset(manifest(one, groups=groups), "model.shop.a").owners == ("team:g",)
