"""Suppressed findings: by a comment, by the settings, by the baseline."""

from __future__ import annotations

import json

import pytest

FILE = "projects/ml/src/ml.py"


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (3, "orders = read('jaffle/ordrs')  # lineage: ignore[ED01] comes with the next release"),
        (2, "# lineage: ignore[ED01] comes with the next release"),
        (2, "-- lineage: ignore[ED] comes with the next release"),
        (2, "  {# lineage: ignore[KY01, ED01] comes with the next release #}"),
        (2, "{#- lineage:ignore[ED01]: comes with the next release -#}"),
    ],
)
def test_comment_with_a_reason_suppresses_a_finding(
    repository, lineage, number: int, line: str
) -> None:
    repository.reads("jaffle/ordrs")
    repository.line(FILE, number, line)
    code, out, _ = lineage("check")
    assert code == 0
    assert "1 finding suppressed" in out


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (2, "other = 1  # lineage: ignore[ED01] for its line only"),
        (4, "# lineage: ignore[ED01] below it"),
        (3, "# lineage: ignore[KY01] another rule"),
        (3, "text = 'lineage: ignore[ED01] no comment'"),
    ],
)
def test_comment_elsewhere_or_for_another_rule_suppresses_nothing(
    repository, lineage, number: int, line: str
) -> None:
    repository.reads("jaffle/ordrs")
    repository.line(FILE, number, line)
    code, out, _ = lineage("check")
    assert code == 1
    assert "ED01" in out


@pytest.mark.parametrize("line", ["# lineage: ignore[ED01]", "{# lineage: ignore[ED01]: #}"])
def test_comment_without_a_reason_has_no_effect_and_is_reported(
    repository, lineage, line: str
) -> None:
    repository.reads("jaffle/ordrs")
    repository.line(FILE, 2, line)
    code, out, _ = lineage("check")
    assert code == 1
    assert "ED01 unresolved-key" in out
    assert f"{FILE}:2  SU01 suppression-without-reason (warning)" in out
    assert "SU01" not in lineage("check", "--ignore", "SU01")[1]


def test_settings_ignore_a_rule_in_some_paths(repository, lineage) -> None:
    repository.reads("jaffle/ordrs")
    entry = '[[tool.lineage.ignore]]\ncode = "ED01"\nreason = "old"\npaths = ["{}"]\n'
    for path, code in (
        ("projects/ml/**", 0),
        ("projects/*/src/*.py", 0),
        ("**/ml.py", 0),
        ("projects/*.py", 1),
        ("projects/jaffle_dbt/**", 1),
    ):
        repository.settings(entry.format(path))
        assert lineage("check")[0] == code, path


def test_baseline_accepts_known_findings_and_no_new_ones(repository, lineage) -> None:
    repository.reads("jaffle/ordrs", "stripe/charges")
    assert lineage("check", "--write-baseline", "known.json")[0] == 0
    known = json.loads((repository.root / "known.json").read_text())
    assert known == {f"ED01 ml jaffle/ordrs {FILE}": 1, f"EX01 ml stripe/charges {FILE}": 1}
    assert list(known) == sorted(known)
    code, out, _ = lineage("check", "--baseline", "known.json")
    assert code == 0
    assert "2 findings in the baseline" in out

    repository.reads("jaffle/x", "jaffle/ordrs", "stripe/charges")
    code, out, _ = lineage("check", "--baseline", "known.json")
    assert code == 1
    assert "jaffle/x" in out
    assert "jaffle/ordrs" not in out


def test_second_occurrence_of_a_known_fault_is_new(repository, lineage) -> None:
    repository.reads("jaffle/ordrs")
    lineage("check", "--write-baseline", "known.json")
    repository.reads("jaffle/ordrs", "jaffle/ordrs")
    assert lineage("check", "--baseline", "known.json")[0] == 1


def test_stale_entry_of_the_baseline_is_a_note_until_it_is_written_again(
    repository, lineage
) -> None:
    repository.settings('[tool.lineage]\nbaseline = "known.json"\n')
    repository.reads("jaffle/ordrs")
    lineage("check", "--write-baseline", "known.json")
    repository.reads("jaffle/orders")
    code, out, _ = lineage("check")
    assert code == 0
    assert "known.json:1  BL01 stale-baseline-entry (note)" in out
    # An entry that was not checked is not stale.
    assert "BL01" not in lineage("check", "--select", "KY")[1]
    assert "BL01" not in lineage("check", "jaffle_dbt")[1]
    lineage("check", "--select", "KY", "--write-baseline", "known.json")
    assert "BL01" in lineage("check")[1]
    lineage("check", "--write-baseline", "known.json")
    assert "BL01" not in lineage("check")[1]


def test_baseline_of_another_type_is_reported(repository, lineage) -> None:
    (repository.root / "known.json").write_text("[1]")
    code, _, err = lineage("check", "--baseline", "known.json")
    assert code == 2
    assert "known.json is not a baseline" in err


def test_invalid_baseline_is_reported_with_a_fix(repository, lineage) -> None:
    for content in ("{", "[]", '{"version": 1}'):
        (repository.root / "known.json").write_text(content)
        code, _, err = lineage("check", "--baseline", "known.json")
        assert code == 2
        assert "known.json is not a baseline" in err
        assert "--write-baseline known.json" in err
