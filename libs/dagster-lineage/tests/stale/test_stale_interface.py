"""A stale interface: reported from its files, and from the difference that `lock --check` finds."""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path

import pytest
from msgspec.structs import replace

from dagster_lineage.analyze.rule import CheckContext
from dagster_lineage.analyze.rules.st01 import StaleInterface
from dagster_lineage.files.interface_files import encode, read_graph
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface
from dagster_lineage.model.findings import Finding

MODELS = 300


def repository(root: Path) -> tuple[Path, ...]:
    """A project of many models in some folders, with its interface."""
    project = root / "projects" / "jaffle_dbt"
    models = [f"models/{index % 7}/model_{index}.sql" for index in range(MODELS)]
    for model in models:
        (project / model).parent.mkdir(parents=True, exist_ok=True)
        (project / model).write_text("select 1 as id\n")
    assets = [
        Asset(key=f"jaffle/model_{index}", kind="model", at=f"{model}:1")
        for index, model in enumerate(models)
    ]
    interface = Interface(schema_version=SCHEMA_VERSION, project="jaffle_dbt", assets=tuple(assets))
    (project / "interface.json").write_bytes(encode(interface))
    return tuple(project / model for model in models)


def findings_at(root: Path) -> list[Finding]:
    graph = read_graph(root, Settings().interfaces)
    context = CheckContext(graph, Settings(), dt.date(2026, 3, 1))
    return list(StaleInterface(context).findings(graph))


def test_moved_model_is_stale_without_loading_the_project(tmp_path: Path) -> None:
    models = repository(tmp_path)
    assert findings_at(tmp_path) == []
    models[3].rename(models[3].with_name("renamed.sql"))
    (found,) = findings_at(tmp_path)
    assert "`models/3/model_3.sql`" in found.message
    assert "`models/4/" not in found.message
    assert (found.file, found.line) == ("projects/jaffle_dbt/interface.json", 1)


INSTALLED = (
    "dbt_packages/calendar/models/days.sql:1",
    "vendor/site-packages/loader/assets.py:7",
    "/opt/loader/assets.py:7",
    "calendar://models/days.sql:1",
)


@pytest.mark.parametrize("installed", INSTALLED)
def test_installed_file_is_no_evidence_of_a_checkout(tmp_path: Path, installed: str) -> None:
    """Interfaces of another repository are not stale here, wherever their assets are defined."""
    for project, places in {
        "shop": ("models/orders.sql:1", installed),
        "web": ("src/web.py:3",),
    }.items():
        assets = tuple(Asset(key=at, at=at) for at in places)
        interface = Interface(schema_version=SCHEMA_VERSION, project=project, assets=assets)
        file = tmp_path / "projects" / project / "interface.json"
        file.parent.mkdir(parents=True)
        file.write_bytes(encode(interface))
    assert findings_at(tmp_path) == []
    (tmp_path / "projects" / "web" / "src").mkdir()
    (tmp_path / "projects" / "web" / "src" / "web.py").touch()
    [found] = findings_at(tmp_path)
    assert found.project == "shop"
    assert "1 of the 1 files that it names do not exist, `models/orders.sql`" in found.message


def test_package_in_another_folder_may_be_missing(tmp_path: Path) -> None:
    """With `packages-install-path: vendor`, dbt installs packages there."""
    models = repository(tmp_path)
    file = tmp_path / "projects" / "jaffle_dbt" / "interface.json"
    interface = read_graph(tmp_path, Settings().interfaces).located[0].interface
    days = Asset(key="days", package="calendar", at="vendor/calendar/models/days.sql:1")
    assets = (*interface.assets, days)
    written = replace(interface, dbt_project="jaffle_dbt", assets=assets)
    file.write_bytes(encode(written))
    assert findings_at(tmp_path) == []
    models[3].unlink()
    (found,) = findings_at(tmp_path)
    assert "1 of the 300 files that it names do not exist" in found.message
    (file.parent / "vendor" / "calendar" / "models").mkdir(parents=True)
    (found,) = findings_at(tmp_path)
    assert "2 of the 301 files that it names do not exist" in found.message


def test_difference_is_counted_without_its_header(tmp_path: Path) -> None:
    before = ["{", '  "project": "ml"', "}"]
    after = ["{", '  "project": "ml",', '  "dialect": "duckdb"', "}"]
    diff = "\n".join(difflib.unified_diff(before, after, "a", "b", lineterm=""))
    found = StaleInterface.of_difference("ml", "projects/ml/interface.json", diff)
    assert (found.code, found.project, found.level) == ("ST01", "ml", "error")
    assert "adds 2 lines and removes 1" in found.message
    assert '`-  "project": "ml"`' in found.message
