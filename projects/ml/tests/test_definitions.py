"""The definitions of the code location, and what loading them imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

# `dagster` is imported before the guards: its import runs the program `file`.
LOAD = """
import importlib, json, pkgutil, socket, subprocess, sys
import dagster

HEAVY = {"pandas", "scipy", "numba", "statsforecast", "matplotlib", "plotly"}
FOREIGN = {"dbt", "dagster_dbt", "ingestion", "jaffle_dbt", "marts_dbt"}

def refuse(*arguments, **options):
    raise AssertionError("loading definitions used the network or a process")

socket.socket.connect = refuse
subprocess.Popen.__init__ = refuse

import ml

modules = [found.name for found in pkgutil.walk_packages(ml.__path__, "ml.")]
for name in modules:
    importlib.import_module(name)
foreign = sorted(FOREIGN & set(sys.modules))
graph = sys.modules["ml.definitions"].defs.resolve_asset_graph()
print(json.dumps({
    "modules": modules,
    "foreign": foreign,
    "heavy": sorted(HEAVY & set(sys.modules)),
    "executable": sorted(key.to_user_string() for key in graph.executable_asset_keys),
}))
"""


@pytest.fixture(scope="module")
def graph():
    from ml.definitions import defs

    return defs.resolve_asset_graph()


def node(graph, *path: str):
    return graph.get(dg.AssetKey(path))


def test_definitions_load_with_an_empty_environment_and_without_heavy_imports(tmp_path: Path):
    done = subprocess.run(  # without a network, a child process, or a repository around it
        [sys.executable, "-c", LOAD],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert "ml.forecasting.backtest" in found["modules"]
    assert found["heavy"] == []
    assert found["foreign"] == []
    assert found["executable"] == ["ml/order_count_chart", "ml/predicted_orders"]
    assert list(tmp_path.iterdir()) == []


def test_dependencies_point_at_assets_of_other_projects(graph):
    assert node(graph, "ml", "predicted_orders").parent_keys == {
        dg.AssetKey(["marts", "daily_order_summary"])
    }
    assert node(graph, "ml", "order_count_chart").parent_keys == {
        dg.AssetKey(["jaffle", "customers"])
    }
    assert not graph.get(dg.AssetKey(["marts", "daily_order_summary"])).is_executable


def test_every_asset_has_an_owner_a_group_a_description_and_kinds(graph):
    for key in graph.executable_asset_keys:
        asset = graph.get(key)
        assert asset.owners == ["team:data_science"]
        assert asset.group_name == "ml"
        assert asset.description
        assert "python" in asset.kinds


def test_only_the_asset_that_writes_to_the_warehouse_is_in_its_pool(graph):
    assert node(graph, "ml", "predicted_orders").pools == {"warehouse_ml"}
    assert node(graph, "ml", "order_count_chart").pools in (None, set())


def test_checks_of_the_table_block_and_checks_of_the_model_do_not(graph):
    blocking = {key.name: graph.get_check_spec(key).blocking for key in graph.asset_check_keys}
    assert blocking == {
        "no_gaps": True,
        "no_negative_values": True,
        "beats_baseline": False,
        "interval_coverage": False,
        "level_of_last_weeks": False,
        "upper_bounds": False,
        "recent_cutoff": False,
    }
