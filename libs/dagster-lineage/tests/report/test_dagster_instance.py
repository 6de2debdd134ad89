"""Last runs, checks and freshness from a Dagster instance, which is never required."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import PythonFileTarget
from dagster._daemon.freshness import FreshnessDaemon

from dagster_lineage.cli.main import main
from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface

CODE = """
import datetime as dt

import dagster as dg

DAY = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=1))


@dg.asset(key=["shop", "orders"], freshness_policy=DAY)
def orders() -> None: ...


@dg.asset(key=["shop", "returns"], freshness_policy=DAY)
def returns() -> None: ...


@dg.asset(key=["shop", "notes"])
def notes() -> None: ...
"""


@pytest.fixture
def home(tmp_path):
    """An instance in which `shop/orders` was materialized, with a failed check."""

    @dg.asset(key=["shop", "orders"])
    def orders() -> None: ...

    @dg.asset_check(asset=orders, name="fresh_enough")
    def check():
        return dg.AssetCheckResult(passed=False)

    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert dg.materialize([orders, check], instance=instance).success
    return folder


def test_the_panel_has_last_run_and_checks(repository, home, visit):
    found = visit(repository.report("--dagster-home", str(home)))
    found.choose("shop/orders")
    panel = found.page.locator("#pane-asset").inner_text()
    assert "Last materialized" in panel
    assert "success, " in panel
    assert "failed, " in found.page.locator("#pane-asset .chip.error").inner_text()
    found.choose("shop/notes")
    assert "Last" not in found.page.locator("#pane-asset").inner_text()
    assert found.errors == []


def test_the_instance_of_the_environment_is_read(repository, home, monkeypatch, capsys):
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    assert "Last materialized" in repository.report().read_text()
    monkeypatch.setenv("DAGSTER_HOME", str(home / "none"))
    assert "Last materialized" not in repository.report().read_text()
    assert "has no Dagster instance" in capsys.readouterr().err
    assert not (home / "none").exists()


def test_a_named_instance_must_exist(repository, tmp_path, capsys):
    out = str(tmp_path / "x.html")
    command = ["report", "--root", str(repository.root), "--out", out, "--dagster-home"]
    assert main([*command, str(tmp_path)]) == 2
    assert "--dagster-home" in capsys.readouterr().err


def evaluate_freshness(home: Path, code: Path) -> None:
    """Materialize two of the assets in a file, and let Dagster's daemon evaluate all of them once.

    The daemon has no public API: the `dagster-daemon` process runs it every 30 seconds.
    """
    names: dict[str, object] = {}
    exec(code.read_text(), names)  # noqa: S102 - the code above
    with dg.DagsterInstance.from_config(str(home)) as instance:
        dg.materialize([names["orders"], names["notes"]], instance=instance)
        target = PythonFileTarget(
            str(code), attribute=None, working_directory=None, location_name=None
        )
        with WorkspaceProcessContext(instance, target) as workspace:
            list(FreshnessDaemon().run_iteration(workspace))


def test_freshness_is_shown_for_assets_with_a_policy(repository, tmp_path, visit):
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    (tmp_path / "code.py").write_text(CODE)
    # In another thread, since the browser's event loop runs in this one.
    with ThreadPoolExecutor(max_workers=1) as threads:
        threads.submit(evaluate_freshness, home, tmp_path / "code.py").result()
    keys = ("shop/orders", "shop/returns", "shop/notes")
    assets = tuple(Asset(key=key, at="src/shop.py:3") for key in keys)
    repository.write(Interface(schema_version=SCHEMA_VERSION, project="shop", assets=assets))
    found = visit(repository.report("--dagster-home", str(home)))
    shown = {}
    for key in keys:
        found.choose(key)
        rows = found.page.locator("#pane-asset dt, #pane-asset dd").all_text_contents()
        facts = dict(zip(rows[::2], rows[1::2], strict=True))
        shown[key] = facts.get("Freshness result", "")
    assert shown == {"shop/orders": "pass", "shop/returns": "unknown", "shop/notes": ""}
