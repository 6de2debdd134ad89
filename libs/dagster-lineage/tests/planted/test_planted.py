"""Faults and harmless edits in one small copy: all faults are reported, and nothing else.

`benchmarks/planted_faults.py` plants hundreds of each with the same functions.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.synthetic import (
    faults_of_columns,
    faults_of_keys,
    faults_of_readers,
    harmless_files,
    harmless_sql,
)
from benchmarks.synthetic.agreement import disagreements
from benchmarks.synthetic.catalogue import FAULTS, HARMLESS, chosen
from benchmarks.synthetic.files import write
from benchmarks.synthetic.index import Index
from benchmarks.synthetic.judging import Judgement, judged
from benchmarks.synthetic.manifests import ManifestMaker
from benchmarks.synthetic.plants import Edit, Expected, Plant, PlantImpossible
from benchmarks.synthetic.repository import plan
from benchmarks.synthetic.workspace_copy import WorkspaceCopy

from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding

PLANTERS = (
    faults_of_keys.cycle,
    faults_of_keys.same_name_same_key,
    faults_of_keys.python_key_typo,
    faults_of_keys.source_key_typo,
    faults_of_keys.source_beside_its_key,
    faults_of_columns.typo_in_python,
    faults_of_columns.upstream_column_gone,
    faults_of_columns.typo_in_clause,
    faults_of_columns.typo_in_sql,
    faults_of_columns.typo_in_yaml,
    faults_of_columns.gone_behind_star,
    faults_of_columns.type_changed,
    faults_of_columns.type_declared_wrong,
    faults_of_columns.type_in_python,
    faults_of_columns.constraint_dropped,
    faults_of_readers.partitions_differ,
    faults_of_readers.no_longer_public,
    faults_of_readers.reads_private,
    faults_of_readers.no_contract,
    faults_of_readers.undeclared_external,
    faults_of_readers.without_owner,
    faults_of_readers.invisible_test,
    faults_of_readers.read_not_declared,
    harmless_sql.private_model_renamed,
    harmless_sql.rewritten,
    harmless_sql.new_model,
    harmless_files.source_rewritten,
    harmless_files.model_rewritten,
    harmless_files.python_rewritten,
)


@dataclass
class Planted:
    """A small repository before and after the edits."""

    plants: list[Plant]
    judgement: Judgement
    base: LineageGraph
    head: LineageGraph


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Three dbt projects and two Python projects, parsed and locked, edited, and checked."""
    root = tmp_path_factory.mktemp("planted")
    repository = plan(projects=3, models=60, consumers=2, seed=6)
    write(repository, root)
    [plants] = chosen(Index(repository), PLANTERS, 1, passes=1)
    with ManifestMaker(processes=1) as manifests:
        copy = WorkspaceCopy(root, manifests)
        copy.check()
        base = copy.graph()
        copy.apply(plants)
        checked = copy.check()
    assert not checked.unreadable
    return Planted(plants, judged(plants, checked.findings, root), base, copy.graph())


def test_check_and_diff_agree(planted: Planted) -> None:
    assert disagreements(planted.base, planted.head, dt.datetime.now(dt.UTC).date()) == []


def test_no_planted_fault_is_missed(planted: Planted) -> None:
    assert planted.judgement.missed == []
    assert len(planted.plants) == len(PLANTERS)
    codes = {plant.kind for plant in planted.plants}
    assert codes >= {
        "ED01",
        "ED02",
        "CO01",
        "CO02",
        "CO03",
        "AC01",
        "AC02",
        "EX01",
        "PA01",
        "RD02",
        "TE01",
    }


def test_nothing_else_is_reported(planted: Planted) -> None:
    assert planted.judgement.extra == []


def test_same_seed_gives_the_same_repository(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(plan(projects=3, models=20, seed=5), tmp_path / name)
    files = [file for file in sorted((tmp_path / "one").rglob("*")) if file.is_file()]
    assert len(files) > 60
    for file in files:
        other = tmp_path / "two" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == other.read_bytes()


def test_every_planter_finds_a_place(tmp_path: Path) -> None:
    repository = plan(projects=8, models=40)
    index = Index(repository)
    for planter in (*FAULTS, *HARMLESS):
        assert next(planter(index), None) is not None, planter.__name__
    for number, plants in enumerate(chosen(index, (*FAULTS, *HARMLESS), 2, passes=2)):
        folder = tmp_path / str(number)
        write(repository, folder)
        WorkspaceCopy(folder, None).apply(plants)  # type: ignore[arg-type] # it parses nothing


def test_edit_that_does_not_fit_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("select 1\nselect 1\n")
    for edit in (
        Edit("a.sql", "select 1", "select 2"),
        Edit("a.sql", "select 3", "select 2"),
        Edit("a.sql", None, "select 2"),
        Edit("a.sql", "select 1", "select 2", after=("nowhere",)),
    ):
        with pytest.raises(PlantImpossible):
            edit.apply(tmp_path)
    assert (tmp_path / "a.sql").read_text() == "select 1\nselect 1\n"


def test_finding_at_another_place_or_rule_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("one\n" * 40 + "here\n")
    plant = Plant("ED01", "any", (), (Expected("ED01", (("a.sql", "here"),), key="b"),))

    def found(**changes: object) -> bool:
        told = {"code": "ED01", "file": "a.sql", "line": 40, "key": "a/b", **changes}
        finding = Finding(name="", level="error", project="", message="", **told)  # type: ignore[arg-type]
        judgement = judged([plant], [finding], tmp_path)
        assert bool(judgement.extra) is not bool(judgement.found)
        return bool(judgement.found)

    assert found()
    assert not found(line=20)
    assert not found(file="b.sql")
    assert not found(code="KY01")
    assert not found(key="a/c")
