"""Facts of a manifest that dbt wrote, with the files of its project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dagster_lineage.extract.dbt import ManifestGraph, decode_manifest, read_manifest
from dagster_lineage.model import Expected, Exposure


def line_of(shop: Path, file: str, text: str, nth: int = 1) -> str:
    """The place of the nth line of a file that has a text."""
    lines = (shop / file).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if text in line]
    return f"{file}:{found[nth - 1]}"


def reads_of(graph: ManifestGraph, unique_id: str) -> dict[str, str]:
    return {read.source or read.key: read.at for read in graph.assets[unique_id].reads}


def check_at(graph: ManifestGraph, name: str) -> str:
    return next(test.check.at for test in graph.tests.values() if test.check.name == name)


def test_fields_of_a_model(graph: ManifestGraph, shop: Path) -> None:
    orders = graph.assets["model.shop.orders"]

    assert orders.key == "marts/orders"
    assert orders.kind == "model"
    assert orders.at == "models/orders.sql:1"
    assert orders.described_at == line_of(shop, "models/_shop.yml", "- name: orders")
    assert orders.relation == "shop.main_marts.Fact Orders"
    assert (orders.name, orders.package, orders.materialized) == ("orders", "shop", "table")
    assert (orders.access, orders.contract, orders.group) == ("public", True, "sales")
    assert orders.columns_known
    assert {name: column.type for name, column in orders.columns.items()} == {
        "id": "integer",
        "customer_id": "integer",
        "customer": "varchar",
        "amount": "decimal(12,2)",
    }
    assert f"models/_shop.yml:{orders.columns['amount'].line}" == line_of(
        shop, "models/_shop.yml", "- name: amount"
    )


def test_project_and_engine(graph: ManifestGraph) -> None:
    assert (graph.project, graph.dialect) == ("shop", "duckdb")
    assert graph.notes == ()


def test_owners_in_dagster_meta_precede_the_groups(graph: ManifestGraph, manifest: bytes) -> None:
    assert graph.assets["model.shop.orders"].owners == ("team:sales",)

    without = json.loads(manifest)
    node = without["nodes"]["model.shop.orders"]
    node["meta"] = node["config"]["meta"] = {}
    graph = read_manifest(decode_manifest(msgspec.json.encode(without)))

    assert graph.assets["model.shop.orders"].owners == ("sales@shop.example",)


def test_disabled_and_ephemeral_models_are_not_assets(graph: ManifestGraph) -> None:
    assert "model.shop.off" not in graph.assets
    assert "model.shop.stg_customers" not in graph.assets
    assert graph.code["model.shop.stg_customers"].is_ephemeral
    assert graph.code["model.shop.stg_customers"].reads == ("source.shop.crm.customers",)


def test_edge_has_the_line_of_its_call(graph: ManifestGraph, shop: Path) -> None:
    # The file begins with a blank line, which the manifest's code has not, and a Jinja comment
    # with calls that are none.
    file = "models/staging/stg_orders.sql"
    assert reads_of(graph, "model.shop.stg_orders") == {
        "erp.orders": line_of(shop, file, "from {{ source")
    }
    file = "models/orders.sql"
    assert reads_of(graph, "model.shop.orders") == {
        "stg_orders": line_of(shop, file, "ref('stg_orders')"),
        "countries": line_of(shop, file, "ref('countries')"),
        "crm.customers": line_of(shop, "models/staging/stg_customers.sql", "source("),
    }


def test_edges_of_versions_are_separate(graph: ManifestGraph, shop: Path) -> None:
    file = "models/latest.sql"
    assert reads_of(graph, "model.shop.latest") == {
        "dim_v2": line_of(shop, file, "ref('dim')"),
        "dim_v1": line_of(shop, file, "ref('dim', version=1)"),
    }


def test_edge_behind_a_macro_has_the_line_that_passes_the_name(graph: ManifestGraph) -> None:
    assert reads_of(graph, "model.shop.hidden") == {"stg_orders": "models/hidden.sql:3"}


def test_edge_behind_a_variable_has_the_line_of_the_model(graph: ManifestGraph) -> None:
    assert reads_of(graph, "model.shop.by_variable") == {"marts/orders": "models/by_variable.sql:1"}


def test_edges_of_a_python_model(graph: ManifestGraph) -> None:
    assert reads_of(graph, "model.shop.guessed") == {
        "erp.frozen": "models/guessed.py:3",
        "marts/orders": "models/guessed.py:2",
    }
    assert graph.code["model.shop.guessed"].language == "python"


def test_second_snapshot_of_a_file_has_its_own_lines(graph: ManifestGraph, shop: Path) -> None:
    history = graph.assets["snapshot.shop.history"]

    assert history.kind == "snapshot"
    assert history.at == line_of(shop, "snapshots/history.sql", "snapshot history")
    assert history.reads[0].at == line_of(shop, "snapshots/history.sql", "ref('orders')")


def test_snapshot_written_in_yaml(graph: ManifestGraph) -> None:
    kept = graph.assets["snapshot.shop.kept"]

    assert kept.at == kept.described_at == "snapshots/_kept.yml:2"
    assert kept.reads[0].key == "erp/frozen"
    assert kept.reads[0].at == "snapshots/_kept.yml:3"


def test_versions_have_their_own_columns_and_dates(graph: ManifestGraph, shop: Path) -> None:
    first, second = graph.assets["model.shop.dim.v1"], graph.assets["model.shop.dim.v2"]

    assert (first.key, second.key) == ("dim_v1", "dim_v2")
    assert (first.version, first.latest_version) == ("1", "2")
    assert first.deprecation_date.startswith("2027-01-31")
    assert list(second.columns) == ["id", "full_name"]
    assert second.columns["full_name"].not_null
    assert f"models/_shop.yml:{second.columns['full_name'].line}" == line_of(
        shop, "models/_shop.yml", "- name: full_name"
    )
    assert second.checks[1].at == f"models/_shop.yml:{second.columns['full_name'].line + 1}"


def test_columns_of_a_seed_are_those_of_its_file(graph: ManifestGraph) -> None:
    countries = graph.assets["seed.shop.countries"]

    assert countries.kind == "seed"
    assert countries.columns_known
    assert {name: column.type for name, column in countries.columns.items()} == {
        "code": "varchar(2)",
        "name": "",
        "area": "decimal(12,2)",
    }
    assert countries.columns["code"].unique  # its YAML spells it CODE


def test_files_of_an_installed_package_are_in_its_folder(graph: ManifestGraph, shop: Path) -> None:
    calendar = graph.assets["model.dbt_utils.calendar"]
    folder = "dbt_packages/dbt_utils/models"

    assert calendar.package == "dbt_utils"
    assert calendar.at == f"{folder}/calendar.sql:1"
    assert calendar.described_at == line_of(shop, f"{folder}/calendar.yml", "- name: calendar")
    assert calendar.reads[0].at == line_of(shop, f"{folder}/calendar.sql", "source(")


def test_guarantees_of_models(graph: ManifestGraph) -> None:
    orders = graph.assets["model.shop.orders"]
    staged = graph.assets["model.shop.stg_orders"]
    hidden = graph.assets["model.shop.hidden"]

    assert orders.grain == ("id",)
    assert (orders.columns["id"].unique, orders.columns["id"].not_null) == (True, True)
    # A test that warns, and one that forgives a hundred rows.
    assert not orders.columns["customer_id"].not_null
    assert not orders.columns["amount"].unique
    assert orders.columns["amount"].not_null
    assert staged.grain == ("id",)
    assert staged.columns["Note"].not_null
    # Not the expression over which a `unique` test goes.
    assert hidden.grain == ("x", "y")
    assert not any(column.unique for column in hidden.columns.values())


def test_every_way_to_give_a_source_its_key(graph: ManifestGraph, shop: Path) -> None:
    file = "models/_sources.yml"
    given = {
        source.name: (source.key, source.key_origin, source.key_at)
        for source in graph.sources.values()
    }

    source_level = line_of(shop, file, "asset_key: [crm")
    assert given == {
        "erp.orders": ("erp/orders", "table", line_of(shop, file, "asset_key: [erp")),
        "erp.frozen": ("erp/frozen", "default", ""),
        "erp.texted": (r"erp\/texted", "string", line_of(shop, file, "erp/texted")),
        "crm.customers": ("crm/everything", "source", source_level),
        "crm.visits": ("crm/everything", "source", source_level),
        "calendar.days": ("calendar/days", "default", ""),
    }


def test_declared_key_is_known_without_the_files_of_the_project(manifest: bytes) -> None:
    given = {
        source.name: source.key_origin
        for source in read_manifest(decode_manifest(manifest)).sources.values()
    }

    assert given == {
        "erp.orders": "table",
        "erp.frozen": "default",
        "erp.texted": "string",
        "crm.customers": "source",
        "crm.visits": "source",
        "calendar.days": "default",
    }


def test_expectations_of_a_source(graph: ManifestGraph, shop: Path) -> None:
    orders = graph.sources["source.shop.erp.orders"]

    def line(text: str) -> int:
        return int(line_of(shop, "models/_sources.yml", text).rpartition(":")[2])

    assert orders.at == line_of(shop, "models/_sources.yml", "- name: orders")
    assert orders.relation == "raw_db.erp_raw.T_ORDERS"
    assert orders.freshness == "error after 36 hours"
    assert orders.columns == {
        "id": Expected(type="bigint", not_null=True, unique=True, line=line("- name: id")),
        # Its `not_null` looks at some of the rows only.
        "customer_id": Expected(type="bigint", line=line("- name: customer_id")),
        "note": Expected(line=line("- name: note")),
    }
    assert [check.kind for check in orders.checks] == [
        "unique",
        "not_null",
        "not_null",
        "relationships",
    ]


def test_unused_source_is_marked(graph: ManifestGraph) -> None:
    unread = {source.name for source in graph.sources.values() if not source.read}

    assert unread == {"erp.texted"}  # visits: an exposure; customers: an ephemeral model


def test_data_tests_have_their_own_lines(graph: ManifestGraph, shop: Path) -> None:
    file = "models/_shop.yml"

    assert check_at(graph, "customer_is_known") == line_of(shop, file, "- relationships", 1)
    assert check_at(
        graph, "relationships_orders_customer_id__id__source_crm_customers_"
    ) == line_of(shop, file, "- relationships", 2)
    assert check_at(graph, "sums_match_orders_ref_stg_orders_") == line_of(shop, file, "sums_match")
    assert check_at(graph, "hidden_grain") == line_of(shop, file, "- dbt_utils.unique", 2)
    assert check_at(graph, "not_null_orders_amount") == line_of(shop, file, "- not_null", 2)
    assert check_at(graph, "one") == "tests/one.sql:1"


def test_data_tests_have_assets_and_columns(graph: ManifestGraph) -> None:
    def about(name: str) -> tuple[str, str]:
        test = next(one for one in graph.tests.values() if one.check.name == name)
        return test.key, test.source

    assert about("one") == ("marts/orders", "")
    # Over two models: the one that `meta.dagster.ref` names, or else the first.
    assert about("two_with_ref") == ("marts/orders", "")
    assert about("two") == ("latest", "")
    # On a model, though it depends on a source, too.
    assert about("relationships_orders_customer_id__id__source_crm_customers_") == (
        "marts/orders",
        "",
    )
    # dbt attaches no test to a source, and this one depends on two of them.
    assert about("source_relationships_erp_orders_customer_id__id__source_crm_customers_") == (
        "erp/orders",
        "erp.orders",
    )


def test_severity_decides_what_blocks(graph: ManifestGraph) -> None:
    blocking = {test.check.name: test.check.blocking for test in graph.tests.values()}

    assert blocking["one"]
    assert not blocking["two_with_ref"]
    assert not blocking["not_null_orders_customer_id"]


def test_exposures_read_through_ephemeral_models(graph: ManifestGraph) -> None:
    assert graph.exposures == (
        Exposure(
            name="board",
            at="models/_exposures.yml:2",
            type="dashboard",
            owner="board@shop.example",
            reads=("marts/orders", "crm/everything"),
        ),
        Exposure(
            name="nightly_mail",
            at="models/_exposures.yml:8",
            type="application",
            owner="Mail",
            reads=("crm/everything",),
        ),
    )


def test_bare_manifest_lacks_only_the_lines(manifest: bytes, graph: ManifestGraph) -> None:
    bare = read_manifest(decode_manifest(manifest))

    assert bare.assets.keys() == graph.assets.keys()
    assert bare.tests.keys() == graph.tests.keys()
    orders = bare.assets["model.shop.orders"]
    assert orders.described_at == "shop://models/_shop.yml:1"
    assert orders.grain == ("id",)
    # The code is in the manifest, so its lines are known but for the blank ones at its beginning.
    assert reads_of(bare, "model.shop.latest")["dim_v1"] == "shop://models/latest.sql:3"


def test_places_are_relative_to_the_interface(shop: Path, manifest: bytes) -> None:
    above = read_manifest(decode_manifest(manifest), shop, relative_to=shop.parent)
    below = read_manifest(decode_manifest(manifest), shop, relative_to=shop / "models")

    assert above.assets["model.shop.orders"].at == "shop/models/orders.sql:1"
    assert below.assets["model.shop.orders"].at == "../models/orders.sql:1"


def test_invalid_yaml_has_a_note(shop: Path, manifest: bytes, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "_shop.yml").write_text("models:\n  - name: [orders\n")

    graph = read_manifest(decode_manifest(manifest), tmp_path)

    assert graph.assets["model.shop.orders"].described_at == "models/_shop.yml:1"
    assert graph.notes == (
        "models/_shop.yml:3 is not YAML, so the lines of its descriptions are not known.",
    )


def test_keys_of_the_location_precede_key_patterns(manifest: bytes) -> None:
    keys = {
        "model.shop.orders": "own/orders",
        "source.shop.erp.orders": "own/source",
        "source.shop.erp.frozen": "erp/frozen",
    }

    graph = read_manifest(decode_manifest(manifest), None, keys)

    assert graph.assets["model.shop.orders"].key == "own/orders"
    assert graph.assets["model.shop.by_variable"].reads[0].key == "own/orders"
    assert graph.sources["source.shop.erp.orders"].key_origin == "translator"
    assert graph.sources["source.shop.erp.frozen"].key_origin == "default"


def test_key_pattern_gives_keys_to_a_bare_manifest(manifest: bytes) -> None:
    graph = read_manifest(decode_manifest(manifest), None, "{schema}/{name}")

    assert graph.assets["model.shop.orders"].key == "main_marts/Fact Orders"
    assert graph.sources["source.shop.erp.frozen"].key == "erp_raw/frozen"
    # What the project says to Dagster itself still holds.
    assert graph.sources["source.shop.erp.orders"].key == "erp/orders"


@pytest.mark.parametrize("field", ["refs", "columns", "config", "depends_on", "original_file_path"])
@pytest.mark.parametrize("value", [None, [], {}, 7, "text", "missing"])
def test_field_of_another_type_loses_one_fact(
    manifest: bytes, shop: Path, field: str, value: object
) -> None:
    broken: dict[str, Any] = json.loads(manifest)
    for node in (*broken["nodes"].values(), *broken["sources"].values()):
        if value == "missing":
            node.pop(field, None)
        else:
            node[field] = value

    graph = read_manifest(decode_manifest(msgspec.json.encode(broken)), shop)

    assert graph.assets["model.shop.latest"].name == "latest"
