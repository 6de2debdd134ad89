"""Layouts of repositories that grew: every fault is reported, and nothing else.

Ten code locations and six dbt projects, with a fault and a harmless edit of every kind at once.
`python -m benchmarks.planted_faults --only layouts` has a larger workspace and hundreds of edits.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.layouts.faults import FAULTS
from benchmarks.layouts.harmless import HARMLESS
from benchmarks.layouts.layout_copy import LayoutCopy
from benchmarks.layouts.teams import plan
from benchmarks.layouts.workspace_files import SETTINGS, write
from benchmarks.synthetic.catalogue import chosen
from benchmarks.synthetic.judging import Judgement, judged
from benchmarks.synthetic.manifests import ManifestMaker


@pytest.fixture(scope="module")
def judgement(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """The findings of the edited workspace, which dbt parsed and Dagster loaded."""
    root = tmp_path_factory.mktemp("layouts")
    workspace = plan(projects=6)
    write(workspace, root)
    [plants] = chosen(workspace, (*FAULTS, *HARMLESS), 1, passes=1)
    with ManifestMaker(processes=1) as manifests:
        copy = LayoutCopy(root, manifests)
        copy.apply(plants)
        checked = copy.check()
    assert not checked.unreadable
    return judged(plants, checked.findings, root)


def test_no_planted_fault_is_missed(judgement: Judgement) -> None:
    assert judgement.missed == []
    codes = {expected.code for plant in judgement.found for expected in plant.expected}
    assert len(codes) >= 18


def test_nothing_else_is_reported(judgement: Judgement) -> None:
    assert judgement.extra == []


def test_settings_are_short() -> None:
    assert len(SETTINGS.splitlines()) <= 20


def test_workspace_has_the_layouts() -> None:
    workspace = plan()
    assert len(workspace.locations) == 15
    assert len(workspace.projects) == 20
    assert any(read.injected for one in workspace.projects for read in one.reads)


def test_every_planter_finds_a_place(tmp_path: Path) -> None:
    workspace = plan()
    for planters in (FAULTS, HARMLESS):
        for planter in planters:
            assert next(planter(workspace), None) is not None, planter.__name__
        for number, plants in enumerate(chosen(workspace, planters, 4, passes=2)):
            root = tmp_path / f"{planters[0].__name__} {number}"
            write(workspace, root)
            LayoutCopy(root, None).apply(plants)  # type: ignore[arg-type] # it parses nothing
