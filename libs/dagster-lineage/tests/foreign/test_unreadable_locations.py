"""Code locations of a workspace that do not load, from the code to the findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_lineage.cli.main import main

MARKETING = """
import dagster as dg


def table(name):
    @dg.asset(key=["crm", name], owners=["team:marketing"])
    def one(): ...

    return one


defs = dg.Definitions([table(name) for name in ("leads", "calls", "visits")])
"""
EXPORT = """
import dagster as dg


@dg.asset(
    key=["export", "daily"],
    deps=[
        ["crm", "nightly", "leads"],
        ["crm", "nightly", "visits"],
        ["billing", "invoices"],
    ],
    owners=["team:export"],
)
def daily(): ...


defs = dg.Definitions([daily])
"""
RAISES = 'raise RuntimeError("no licence")\n'
WORKSPACE = """
load_from:
  - python_file: {relative_path: marketing/code.py, location_name: marketing}
  - python_file: {relative_path: export/code.py, location_name: export}
  - python_file:
      relative_path: finance/code.py
      location_name: finance
"""

Run = Callable[..., tuple[int, list[tuple[str, str, str, int, str]]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Lock a workspace with the code of each location, and return exit code and findings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "workspace.yaml").write_text(WORKSPACE)

    def locked(*arguments: str, **code: str) -> tuple[int, list[tuple[str, str, str, int, str]]]:
        for name, text in code.items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "code.py").write_text(text)
        main(["lock"])
        capsys.readouterr()
        exit_code = main(["check", "--format", "json", *arguments])
        return exit_code, sorted(
            (one["code"], one["key"], one["file"], one["line"], one["nearest"])
            for one in json.loads(capsys.readouterr().out)["findings"]
        )

    return locked


def test_only_keys_that_the_unreadable_location_may_produce_are_unknown(run: Run) -> None:
    code, found = run(marketing=MARKETING, export=EXPORT, finance=RAISES)
    assert code == 1
    assert found == [
        ("ED01", "crm/nightly/leads", "export/code.py", 8, "crm/leads"),
        ("ED01", "crm/nightly/visits", "export/code.py", 9, "crm/visits"),
        ("ST02", "finance", "workspace.yaml", 5, ""),
    ]


def test_nothing_is_accepted_if_no_location_loads(run: Run) -> None:
    code, found = run(marketing=RAISES, export=RAISES, finance=RAISES)
    assert code == 1
    assert found == [
        ("ST02", "export", "workspace.yaml", 4, ""),
        ("ST02", "finance", "workspace.yaml", 5, ""),
        ("ST02", "marketing", "workspace.yaml", 3, ""),
    ]


def test_unknown_keys_are_accepted_on_request(run: Run) -> None:
    export = EXPORT.replace('"nightly", ', "")
    accepted = ("--allow-unreadable", "--ignore", "AC02")
    code, found = run(*accepted, marketing=MARKETING, export=export, finance=RAISES)
    assert code == 0
    assert [one[:2] for one in found] == [("ST02", "finance")]
