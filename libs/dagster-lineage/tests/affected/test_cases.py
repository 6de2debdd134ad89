"""Edits and the projects that they can change: the cases in cases.yml."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from dagster_lineage.analyze.affected.decision import decide
from dagster_lineage.files.git import Repository

CASES = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text())
MAX_NEEDLESS = 0.05


def edit(folder, path, change):
    file = folder.root / path
    if change is None:
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    elif isinstance(change, str):
        folder.write(path, change)
    elif "append" in change:
        folder.write(path, file.read_bytes() + change["append"].encode())
    elif "replace" in change:
        old, new = change["replace"]
        text = file.read_text()
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path}"
        folder.write(path, text.replace(old, new))
    elif "link" in change:
        file.unlink(missing_ok=True)
        file.symlink_to(change["link"])
    elif "mode" in change:
        file.chmod(0o755)
    else:
        file.rename(folder.root / change["moved"])


@pytest.mark.parametrize("name", CASES)
def test_edit_affects_the_expected_projects(name, repository_of, patch_interface):
    case = CASES[name]
    folder, patterns = repository_of(case.get("in", ""))
    for path, change in case.get("edit", {}).items():
        edit(folder, path, change)
    for project, changes in case.get("interface", {}).items():
        patch_interface(project, changes)
    found = decide(Repository(folder.root).compare("HEAD"), patterns)
    reported = case.get("reported", case["needed"])
    reasons = {one.project: [reason.text for reason in one.reasons] for one in found.to_build}
    assert [one.project for one in found.to_build] == reported, reasons
    by_name = {one.project: one for one in found.projects}
    for project, selection in case.get("dbt", {}).items():
        assert list(by_name[project].dbt_select) == selection
    if "repository" in case:
        assert found.repository_tests is case["repository"]
    if "libraries" in case:
        assert list(found.libraries) == case["libraries"]
    for verdict in found.projects:
        assert verdict.affected == bool(verdict.reasons) == (verdict.proof is None)


def test_no_project_is_missed_and_few_are_built_needlessly():
    missed = {
        name: set(case["needed"]) - set(case.get("reported", case["needed"]))
        for name, case in CASES.items()
    }
    assert not {name: one for name, one in missed.items() if one}
    needed = sum(len(case["needed"]) for case in CASES.values())
    reported = sum(len(case.get("reported", case["needed"])) for case in CASES.values())
    assert len(CASES) >= 60
    assert (reported - needed) / needed <= MAX_NEEDLESS, f"{reported - needed} of {needed}"
