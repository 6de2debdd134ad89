"""Rendered texts are those that `dbt compile` gives, but for blanks where CTEs are put in."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from dagster_lineage.extract.dbt import Manifest, decode_manifest
from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Renderer
from dagster_lineage.extract.sql import Schema, trace_query

SETTINGS = ProjectSettings(
    variables={
        "start": "2024-01-31",
        "tiny": {"limit": 7},
        "kit": {"flavour": "from the root"},
    },
    dispatch={"kit": ["tiny", "kit"]},
)


@pytest.fixture(scope="module")
def parsed(compiled: dict[str, Any]) -> Manifest:
    """The manifest as `dbt parse` would have left it."""
    manifest = copy.deepcopy(compiled)
    for node in manifest["nodes"].values():
        node.pop("compiled_code", None)
        node["compiled"] = False
    return decode_manifest(msgspec.json.encode(manifest))


def test_every_model_snapshot_and_test_is_rendered_as_dbt_compiles_it(
    compiled: dict[str, Any], parsed: Manifest
) -> None:
    renderer = Renderer(parsed, SETTINGS)
    expected = {
        unique_id: node["compiled_code"]
        for unique_id, node in compiled["nodes"].items()
        if node.get("compiled_code") and node["name"] != "spine"
    }

    rendered = {unique_id: renderer.render(unique_id) for unique_id in expected}

    problems = {name: one.problem for name, one in rendered.items() if not one.certain}
    assert problems == {}
    assert {name: one.sql.split() for name, one in rendered.items()} == {
        name: sql.split() for name, sql in expected.items()
    }
    assert len(expected) >= 18


def test_refs_and_sources_are_those_of_dbt(compiled: dict[str, Any], parsed: Manifest) -> None:
    renderer = Renderer(parsed, SETTINGS)
    for unique_id, node in compiled["nodes"].items():
        if node["resource_type"] not in ("model", "snapshot"):
            continue
        rendered = renderer.render(unique_id)
        nodes = {
            one
            for upstream in rendered.refs
            for one in (upstream, *compiled["nodes"][upstream]["depends_on"]["nodes"])
            if compiled["nodes"].get(upstream, {}).get("config", {}).get("materialized")
            == "ephemeral"
            or one == upstream
        }
        assert set(node["depends_on"]["nodes"]) <= nodes | set(rendered.sources), unique_id
        assert set(rendered.relations) <= {*rendered.refs, *rendered.sources}


def test_incremental_branch_reads_the_table_itself(parsed: Manifest) -> None:
    renderer = Renderer(parsed, SETTINGS)

    whole = renderer.render("model.tiny.increments")
    added = renderer.render("model.tiny.increments", incremental=True)

    assert "max(id)" not in whole.sql
    assert 'select max(id) from "memory"."main"."increments"' in added.sql


def test_compiled_text_of_the_manifest_is_used(compiled: dict[str, Any]) -> None:
    manifest = decode_manifest(msgspec.json.encode(compiled))
    rendered = Renderer(manifest).render("model.tiny.uses_ctes")

    assert rendered.sql == compiled["nodes"]["model.tiny.uses_ctes"]["compiled_code"]
    assert rendered.refs == ("model.tiny.outer_cte", "model.tiny.inner_cte")


def test_date_spine_of_unknown_length_is_rendered(parsed: Manifest) -> None:
    rendered = Renderer(parsed, SETTINGS).render("model.tiny.spine")

    assert rendered.certain
    assert rendered.assumed == ("length of a date spine",)
    trace = trace_query(rendered.sql, "duckdb", Schema())
    assert [column.name for column in trace.columns] == ["date_day"]
