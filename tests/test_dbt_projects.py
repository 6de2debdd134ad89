"""Rules for every dbt project: Dagster has all of its models, seeds and tests."""

import importlib
import json
from pathlib import Path

import dagster as dg
import pytest

from published_assets.dbt.api import fresh_manifest

PROJECTS = sorted(
    file.parent for file in Path(__file__).parents[1].glob("projects/*/dbt_project.yml")
)


@pytest.fixture(scope="module", params=PROJECTS, ids=lambda folder: folder.name)
def project(request):
    return request.param


@pytest.fixture(scope="module")
def manifest(project):
    return json.loads(fresh_manifest(project).read_text())


@pytest.fixture(scope="module")
def graph(project):
    definitions = importlib.import_module(f"{project.name}.definitions")
    return definitions.defs.resolve_asset_graph()


def test_every_model_and_seed_is_an_asset_named_like_its_table(manifest, graph):
    tables = {
        dg.AssetKey([node["schema"], node["alias"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }
    assert {node.key for node in graph.asset_nodes if node.is_executable} == tables


def test_every_data_test_is_a_check(manifest, graph):
    """dagster-dbt silently drops tests that it cannot assign to one model (dagster#33982)."""
    tests = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    assert {key.name for key in graph.asset_check_keys} == tests


def test_every_check_runs_whenever_its_model_is_built(manifest):
    """A test that reads a table which the run does not build is silently left out by dbt.

    So a model depends on all tables that its tests read.
    """
    nodes = manifest["nodes"]
    by_key = {(node["schema"], node["alias"]): name for name, node in nodes.items()}

    def parents(name):
        return {parent for parent in nodes[name]["depends_on"].get("nodes", ()) if parent in nodes}

    def ancestors(name):
        return parents(name).union(*(ancestors(parent) for parent in parents(name)))

    for name, test in nodes.items():
        if test["resource_type"] == "test":
            key = test["config"]["meta"].get("dagster", {}).get("asset_key", ())
            model = test.get("attached_node") or by_key.get(tuple(key)) or min(parents(name))
            assert parents(name) <= {model} | ancestors(model), test["name"]


def test_every_source_table_sets_the_asset_key_of_its_producer(manifest):
    """A key on the source would be inherited by all of its tables (dagster#19701)."""
    for source in manifest["sources"].values():
        key = source["config"]["meta"]["dagster"]["asset_key"]
        assert key == [source["schema"], source["identifier"]], source["unique_id"]


def test_every_data_test_gives_the_reason_why_it_blocks_or_warns(project, manifest, graph):
    """docs/architecture.md has the rule; Dagster shows the reason on the check."""
    reasons = {key.name: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    for test in manifest["nodes"].values():
        if test["resource_type"] == "test":
            severity = test["config"]["severity"].lower()
            begin = {"error": "Blocks: ", "warn": "Warns: "}[severity]
            reason = reasons[test["name"]] or ""
            assert reason.startswith(begin), f"{test['name']} has severity {severity}: {reason}"
            assert len(reason.removeprefix(begin).split()) > 3, test["name"]
