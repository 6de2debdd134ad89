"""`lineage check` when code locations do not load: it never passes without checking anything."""

from __future__ import annotations

import json

import pytest

from dagster_lineage.model import SCHEMA_VERSION, Interface


def unreadable(project: str, line: int = 2) -> Interface:
    return Interface(
        schema_version=SCHEMA_VERSION,
        project=project,
        unreadable="ImportError: no",
        listed_at=f"../../workspace.yaml:{line}",
    )


def found(out: str) -> list[tuple[str, str, str, int]]:
    return [
        (one["code"], one["key"], one["file"], one["line"]) for one in json.loads(out)["findings"]
    ]


def test_check_fails_if_no_code_location_loads(repository, lineage) -> None:
    repository.write(unreadable("jaffle_dbt"), unreadable("ml", 3))
    code, out, _ = lineage("check")
    assert code == 1
    assert out.count("ST02 unreadable-location") == 2
    assert (
        "Found 2 errors: 0 edges between 2 projects checked; not checked: 2 code locations, "
        "`jaffle_dbt`, `ml`."
    ) in out
    code, out, _ = lineage("check", "--format", "json")
    assert found(out) == [
        ("ST02", "jaffle_dbt", "workspace.yaml", 2),
        ("ST02", "ml", "workspace.yaml", 3),
    ]


def test_accepted_locations_are_notes_and_still_in_the_summary(repository, lineage) -> None:
    repository.write(unreadable("payments"))
    repository.reads("jaffle/orders", "stripe/charges")
    assert lineage("check")[0] == 1
    code, out, _ = lineage("check", "--allow-unreadable")
    assert code == 0
    assert out.splitlines()[-1].startswith(
        "Found 1 note: 1 edge between 3 projects checked; not checked: code location `payments` "
        "and 1 edge that may end there."
    )
    summary = json.loads(lineage("check", "--allow-unreadable", "--format", "json")[1])["summary"]
    assert (summary["edges"], summary["unchecked_edges"]) == (1, 1)
    assert (summary["unresolved_edges"], summary["unreadable"]) == (0, ["payments"])


def test_other_faults_are_reported_next_to_an_unreadable_location(repository, lineage) -> None:
    repository.write(unreadable("payments"))
    repository.reads("jaffle/ordrs", "jaffle/refunds", "stripe/charges", "payments/fees")
    code, out, _ = lineage("check", "--format", "json", "--allow-unreadable")
    assert code == 1
    assert [one[:2] for one in found(out)] == [
        ("ED01", "jaffle/ordrs"),
        ("ED01", "jaffle/refunds"),
        ("ST02", "payments"),
    ]


@pytest.mark.parametrize("arguments", [("--select", "KY"), ("--select", "OW,CO01")])
def test_selected_rules_do_not_hide_an_unreadable_location(repository, lineage, arguments) -> None:
    repository.write(unreadable("payments"))
    assert lineage("check", *arguments)[0] == 1
    assert lineage("check", *arguments, "--allow-unreadable")[0] == 0
    assert lineage("check", *arguments, "--ignore", "ST02")[0] == 0


def test_settings_that_select_rules_do_not_hide_an_unreadable_location(repository, lineage) -> None:
    repository.write(unreadable("payments"))
    repository.settings('[tool.lineage]\nselect = ["KY"]\n')
    assert lineage("check")[0] == 1


def test_baseline_has_no_unreadable_location(repository, lineage) -> None:
    repository.write(unreadable("payments"))
    repository.reads("jaffle/ordrs")
    lineage("check", "--write-baseline", "known.json")
    assert list(json.loads((repository.root / "known.json").read_text())) == [
        "ED01 ml jaffle/ordrs projects/ml/src/ml.py"
    ]
    code, out, _ = lineage("check", "--baseline", "known.json", "--format", "json")
    assert (code, [one[0] for one in found(out)]) == (1, ["ST02"])


def test_project_fails_only_for_edges_that_may_end_in_an_unreadable_location(
    repository, lineage
) -> None:
    repository.write(unreadable("payments"))
    repository.reads("jaffle/orders")
    assert lineage("check", "ml")[0] == 0
    assert lineage("check", "payments")[0] == 1
    repository.reads("jaffle/orders", "stripe/charges")
    assert lineage("check", "ml")[0] == 1
    assert lineage("check", "jaffle_dbt")[0] == 0
