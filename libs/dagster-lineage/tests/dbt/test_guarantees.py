"""What counts as a guarantee, and what only looks like one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dagster_lineage.extract.dbt import ManifestGraph, decode_manifest, read_manifest
from dagster_lineage.model import Asset


def a_test(kind: str, arguments: dict[str, Any], **config: Any) -> dict[str, Any]:
    namespace, _, name = kind.rpartition(".")
    return {
        "resource_type": "test",
        "name": kind,
        "package_name": "shop",
        "original_file_path": "models/a.yml",
        "attached_node": "model.shop.a",
        "column_name": arguments.get("column_name"),
        "test_metadata": {"name": name, "namespace": namespace or None, "kwargs": arguments},
        "config": {"enabled": True, "severity": "ERROR", "error_if": "!= 0", **config},
        "depends_on": {"nodes": ["model.shop.a"]},
    }


def _read(nodes: dict[str, Any]) -> ManifestGraph:
    return read_manifest(decode_manifest(msgspec.json.encode({"nodes": nodes})))


def with_tests(*tests: dict[str, Any], **model: Any) -> Asset:
    """Model `a` with columns `x` and `y`, as its tests describe it."""
    node = {
        "unique_id": "model.shop.a",
        "resource_type": "model",
        "name": "a",
        "package_name": "shop",
        "original_file_path": "models/a.sql",
        "columns": {"x": {"name": "x"}, "y": {"name": "y"}},
        "config": {"materialized": "table"},
        "depends_on": {"nodes": []},
    } | model
    nodes = {f"test.shop.{number}": test for number, test in enumerate(tests)}
    return _read({"model.shop.a": node, **nodes}).assets["model.shop.a"]


def details(asset: Asset) -> tuple[set[str], set[str], tuple[str, ...]]:
    columns = asset.columns.items()
    return (
        {name for name, column in columns if column.not_null},
        {name for name, column in columns if column.unique},
        asset.grain,
    )


X = {"column_name": "x"}
COMBINED = {"combination_of_columns": ["x", "y"]}


@pytest.mark.parametrize(
    ("test", "guarantee"),
    [
        (a_test("not_null", X), ({"x"}, set(), ())),
        (a_test("unique", X), (set(), {"x"}, ("x",))),
        (a_test("unique", X, severity="error", error_if=">0"), (set(), {"x"}, ("x",))),
        (a_test("unique", {"column_name": '"X"'}), (set(), {"x"}, ("X",))),
        (a_test("unique", {"column_name": "z"}), (set(), {"z"}, ("z",))),
        (a_test("dbt_utils.unique_combination_of_columns", COMBINED), (set(), set(), ("x", "y"))),
        (
            a_test("dbt_constraints.primary_key", {"column_names": ["x", "y"]}),
            ({"x", "y"}, set(), ("x", "y")),
        ),
        (
            a_test(
                "dbt_expectations.expect_compound_columns_to_be_unique",
                {"column_list": ["x", "y"]},
            ),
            (set(), set(), ("x", "y")),
        ),
    ],
)
def test_guarantee_of_a_data_test(test: dict[str, Any], guarantee: object) -> None:
    assert details(with_tests(test)) == guarantee


@pytest.mark.parametrize(
    "test",
    [
        a_test("unique", X, severity="WARN"),
        a_test("unique", X, where="x > 0"),
        a_test("unique", X, error_if="> 10"),
        a_test("unique", X, fail_calc="sum(failures)"),
        a_test("unique", X, enabled=False),
        a_test("unique", {"column_name": "x || y"}),
        a_test("unique", {"column_name": "lower(x)"}),
        a_test("relationships", X | {"to": "ref('b')", "field": "id"}),
        a_test("own_unique", X),
        a_test("dbt_utils.unique_combination_of_columns", COMBINED, where="x > 0"),
        a_test(
            "dbt_expectations.expect_column_values_to_be_unique", X | {"row_condition": "x > 0"}
        ),
    ],
)
def test_data_test_of_some_rows_guarantees_nothing(test: dict[str, Any]) -> None:
    assert details(with_tests(test)) == (set(), set(), ())


CONSTRAINTS = {
    "columns": {
        "x": {"name": "x", "constraints": [{"type": "not_null"}]},
        "y": {"name": "y", "constraints": [{"type": "unique"}, {"type": "check"}]},
        "z": {"name": "z", "constraints": None},
    },
    "constraints": [{"type": "primary_key", "columns": ["x", "z"]}],
}


def test_constraints_count_when_the_contract_is_enforced() -> None:
    enforced = {"config": {"materialized": "table", "contract": {"enforced": True}}}

    assert details(with_tests(**CONSTRAINTS, **enforced)) == ({"x", "z"}, {"y"}, ("x", "z"))
    assert details(with_tests(**CONSTRAINTS)) == (set(), set(), ())


def test_unique_key_of_a_config_is_not_a_guarantee_but_selects_the_grain() -> None:
    config = {"config": {"materialized": "incremental", "unique_key": ["Y", "x"]}}

    assert details(with_tests(**config)) == (set(), set(), ())
    assert with_tests(
        a_test("unique", X), a_test("dbt_utils.unique_combination_of_columns", COMBINED), **config
    ).grain == ("x", "y")


def test_grain_is_the_unique_column_without_nulls() -> None:
    y = {"column_name": "y"}

    assert with_tests(a_test("unique", X), a_test("unique", y), a_test("not_null", y)).grain == (
        "y",
    )


def test_empty_manifest() -> None:
    assert isinstance(_read({}), ManifestGraph)
