"""Last runs, checks and freshness from a Dagster instance, which is never required."""

from __future__ import annotations

import dagster as dg
import pytest

from dagster_lineage.cli.main import main


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
