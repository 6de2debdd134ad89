"""Fixtures of the tests over several projects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DESCRIBE = Path(__file__).with_name("describe_location.py")


def pytest_addoption(parser):
    parser.addoption(
        "--update-graph",
        action="store_true",
        help="rewrite tests/asset_graph.txt from the code locations",
    )


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def locations_of_workspace():
    """Return name and module of each code location in workspace.yaml."""
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    return {
        entry["python_module"]["location_name"]: entry["python_module"]["module_name"]
        for entry in workspace["load_from"]
    }


@pytest.fixture(scope="session")
def graphs(locations_of_workspace):
    """Assets of each code location, loaded in a separate process with an empty environment.

    Merged definitions would show edges that production does not have.
    """
    return {name: describe(module) for name, module in locations_of_workspace.items()}


def describe(module):
    done = subprocess.run(
        [sys.executable, str(DESCRIBE), module],
        capture_output=True,
        text=True,
        check=False,
        env={},
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
