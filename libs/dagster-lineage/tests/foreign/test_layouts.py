"""Places in workspaces of any layout: in another repository, and with dbt projects anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import read_interface
from dagster_lineage.model import Interface

LOADS_A_PATH = """
from pathlib import Path

from dagster import Definitions, asset
from dagster_dbt import dbt_assets


@dbt_assets(manifest=Path({manifest!r}), name={name!r})
def models(context): ...


@asset
def {name}_summary(): ...


defs = Definitions(assets=[models, {name}_summary])
"""
WORKSPACE = """
load_from:
- python_file: {relative_path: teams/web/web/defs.py, location_name: web}
- python_file: {relative_path: teams/app/app/defs.py, location_name: app}
- python_file: {relative_path: teams/far/far/defs.py, location_name: far}
"""
FINDINGS = ("check", "--interfaces", "interfaces/*.json", "--select", "ST", "--format", "json")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, manifest_maker) -> Path:
    """Another repository: three code locations whose dbt projects are not in their folders."""
    root = tmp_path_factory.mktemp("theirs")
    outside = tmp_path_factory.mktemp("outside") / "far"
    (root / ".git").mkdir()
    (root / "workspace.yaml").write_text(WORKSPACE)
    folders = {"web": root / "dbt" / "web", "app": root / "dbt" / "app", "far": outside}
    for name, folder in folders.items():
        project = manifest_maker(name)
        project.model("orders", "select day from days")
        project.model("days", "select 1 as day", package="calendar")
        file = project.write(folder / "target" / "manifest.json")
        (folder / "dbt_project.yml").write_text(f"name: {name}\n")
        (folder / "models").mkdir()
        (folder / "models" / "orders.sql").write_text("select day from days\n")
        code = root / "teams" / name / name / "defs.py"
        code.parent.mkdir(parents=True)
        code.write_text(LOADS_A_PATH.format(manifest=str(file), name=name))
        (root / "teams" / name / "pyproject.toml").write_text(f"[project]\nname = '{name}'\n")
    # A copy with the same name and another manifest, nearer to the root.
    copy = root / "web"
    manifest_maker("web").write(copy / "target" / "manifest.json")
    (copy / "dbt_project.yml").write_text("name: web\n")
    return root


@pytest.fixture(scope="module")
def ours(theirs, tmp_path_factory) -> Path:
    """A folder next to theirs, with their interfaces, locked by a relative path."""
    root = theirs.parent / "ours"
    root.mkdir()
    (root / "pyproject.toml").write_text("[tool.lineage]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        workspace = f"../{theirs.name}/workspace.yaml"
        assert main(["lock", "--workspace", workspace, "--out", "interfaces"]) == 0
    return root


def places(interface: Interface) -> dict[str, str]:
    return {asset.key: asset.at for asset in interface.assets}


def findings(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    main([*FINDINGS, "--root", str(root)])
    return list(json.loads(capsys.readouterr().out)["findings"])


def test_relative_workspace_is_locked_like_its_absolute_path(ours, theirs, tmp_path, monkeypatch):
    monkeypatch.chdir(ours)
    workspace = str(theirs / "workspace.yaml")
    assert main(["lock", "--workspace", workspace, "--out", str(tmp_path)]) == 0
    for name in ("web", "app", "far"):
        relative = (ours / "interfaces" / f"{name}.json").read_text()
        assert relative == (tmp_path / f"{name}.json").read_text()
        assert read_interface(tmp_path / f"{name}.json").folder == f"teams/{name}"


@pytest.mark.parametrize("name", ["web", "app"])
def test_dbt_project_is_found_above_the_location_by_its_name_and_manifest(ours, name):
    assert places(read_interface(ours / "interfaces" / f"{name}.json")) == {
        "orders": f"../../dbt/{name}/models/orders.sql:1",
        "days": f"../../dbt/{name}/dbt_packages/calendar/models/days.sql:1",
        f"{name}_summary": f"{name}/defs.py:12",
    }


def test_files_of_a_dbt_project_outside_of_the_repository_are_named_as_dbt_names_them(ours):
    interface = read_interface(ours / "interfaces" / "far.json")
    assert places(interface)["orders"] == "far://models/orders.sql:1"


def test_interfaces_of_another_repository_are_not_stale(ours, capsys):
    assert findings(ours, capsys) == []


def test_file_that_was_removed_is_found_in_any_layout(theirs, capsys, monkeypatch):
    monkeypatch.chdir(theirs)
    (theirs / "pyproject.toml").write_text("[tool.lineage]\n")
    assert main(["lock", "--workspace", "workspace.yaml", "--out", "interfaces"]) == 0
    assert findings(theirs, capsys) == []
    (theirs / "dbt" / "web" / "models" / "orders.sql").rename(theirs / "dbt" / "gone.sql")
    [found] = findings(theirs, capsys)
    assert (found["code"], found["project"]) == ("ST01", "web")
    assert "1 of the 2 files" in found["message"]
    assert "`../../dbt/web/models/orders.sql`" in found["message"]
    (theirs / "dbt" / "gone.sql").rename(theirs / "dbt" / "web" / "models" / "orders.sql")
