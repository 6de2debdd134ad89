"""The first commands in a repository without settings of `lineage`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_lineage.cli.main import main

PRODUCER = """
import dagster as dg


@dg.asset(key=["raw", "orders"], owners=["team:data"])
def orders(): ...


defs = dg.Definitions([orders])
"""

READER = """
import dagster as dg


@dg.asset(key=["marts", "daily"], deps=[["raw", "orders"]], owners=["team:data"])
def daily(): ...


defs = dg.Definitions([daily])
"""

WORKSPACES = {
    "workspace.yaml": """
load_from:
  - python_file: {relative_path: teams/finance/reader/defs.py, location_name: reader}
  - python_file: {relative_path: producer/defs.py, location_name: producer}
""",
    "dagster_cloud.yaml": """
locations:
  - location_name: reader
    code_source: {python_file: teams/finance/reader/defs.py}
  - location_name: producer
    code_source: {python_file: producer/defs.py}
""",
}


@pytest.fixture(params=WORKSPACES)
def repository(request, tmp_path, monkeypatch) -> Path:
    """A repository whose code locations are one and three folders deep."""
    for folder, code in (("producer", PRODUCER), ("teams/finance/reader", READER)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
        (tmp_path / folder / "defs.py").write_text(code)
    (tmp_path / request.param).write_text(WORKSPACES[request.param])
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_find_what_lock_has_written_without_settings(repository, capsys):
    assert main(["lock"]) == 0
    assert "does not read" not in capsys.readouterr().err
    assert main(["check"]) == 0
    assert "1 edge between 2 projects checked" in capsys.readouterr().out
    assert main(["impact", "raw/orders"]) == 0
    assert "marts/daily" in capsys.readouterr().out


def test_commands_read_the_files_of_another_folder(repository, capsys):
    assert main(["lock", "--out", "elsewhere"]) == 0
    assert not [*repository.glob("*/interface.json")]
    for command in (
        ["check"],
        ["impact", "raw/orders"],
        ["report", "--out", "page.html"],
        ["export", "--format", "openlineage", "--out", "events.ndjson"],
    ):
        assert main(command) == 2
        assert "no interface file matches" in capsys.readouterr().err
        assert main([*command, "--interfaces", "elsewhere/*.json"]) == 0, command
    assert "marts/daily" in (repository / "page.html").read_text()
    lines = (repository / "events.ndjson").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["job"]["name"] for event in events if "job" in event} == {
        "raw/orders",
        "marts/daily",
    }
    assert main(["impact", "raw/orders", "--interfaces", "../*.json"]) == 2
    assert "Name another root with --root" in capsys.readouterr().err


def test_missing_package_names_the_option_for_another_interpreter(repository, capsys):
    (repository / "producer/defs.py").write_text("import not_installed_here\n")
    assert main(["lock"]) == 1
    assert "name it with --python" in capsys.readouterr().err
    file = repository / "producer/interface.json"
    assert "--python" not in file.read_text()
