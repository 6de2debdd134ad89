"""What a diff says, in every format; names that try to be markup stay names."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from dagster_lineage.analyze.diff import InterfaceDiff, compare
from dagster_lineage.model import Asset, Column, Interface, LineageGraph, LocatedInterface, Read
from dagster_lineage.present.github import change_annotations
from dagster_lineage.present.json import diff_document
from dagster_lineage.present.markdown.diff import diff_comment
from dagster_lineage.present.markdown.markup import DiagramNode, code, flowchart
from dagster_lineage.present.text.diff import diff_text

HOSTILE = [
    "a|b",
    "a`b``c",
    '"] --> n9["x',
    "end",
    "<img src=x onerror=alert(1)>",
    "@everyone",
    "a\nb",
    "[x](https://example.org)",
    "::error::",
    "%0A::error::x",
    "#quot;",
    "*b*_i_",
    "\u202egnp.exe",
    "`",
]


def project(name, *assets, **facts):
    return LocatedInterface(
        Interface(schema_version=1, project=name, assets=assets, **facts),
        f"projects/{name}",
        f"projects/{name}/interface.json",
    )


def removed_column(column="status", key="shop/orders", reader="marts/report", owner="team:marts"):
    """A diff in which one reader breaks, one change is settled and one is added."""
    columns = {"id": Column(type="bigint"), "old": Column(), column: Column(type="varchar")}
    now = {"id": Column(type="bigint"), "new": Column(type="date")}
    shop = [
        project("shop", Asset(key=key, at="models/orders.sql:1", columns=one, columns_known=True))
        for one in (columns, now)
    ]
    read = Read(key=key, columns=(column,), at="models/_sources.yml:7")
    marts = project("marts", Asset(key=reader, owners=(owner,), reads=(read,)))
    return compare(LineageGraph([shop[0], marts]), LineageGraph([shop[1], marts]))


def test_text_names_place_reader_and_team():
    lines = diff_text(removed_column()).splitlines()
    assert lines[0] == (
        "projects/shop/models/orders.sql:1: BREAKING column-removed: "
        "shop/orders no longer has the column status."
    )
    assert lines[1] == (
        "    breaks marts/report (team:marts): reads shop/orders#status  "
        "projects/marts/models/_sources.yml:7"
    )
    assert lines[-1] == "1 breaking change affects team:marts; 1 breaking but settled, 1 added."


def test_text_of_nothing():
    assert diff_text(InterfaceDiff(changes=())) == "The interfaces are unchanged."


def test_internal_changes_take_one_line_for_each_project():
    sides = [
        project("shop", *(Asset(key=f"stg/{n}", access="private", columns=one) for n in "ab"))
        for one in ({}, {"x": Column()})
    ]
    diff = compare(LineageGraph([sides[0]]), LineageGraph([sides[1]]))
    assert diff_text(diff).splitlines() == [
        "internal in shop: stg/a (column-listed x); stg/b (column-listed x)",
        "No reader breaks: 2 internal.",
    ]
    assert "`shop` 2" in diff_comment(diff)


def test_json_has_every_field():
    whole = json.loads(diff_document(removed_column(), base="b" * 40, head="worktree"))
    assert whole["fails"] is True
    assert whole["affected_teams"] == ["team:marts"]
    assert whole["summary"] == {
        "breaking": 2, "deprecated": 0, "compatible": 0, "added": 1, "internal": 0, "failing": 1,
    }  # fmt: skip
    assert whole["changes"][0] | {"readers": None, "message": None} == {
        "kind": "column-removed",
        "level": "breaking",
        "project": "shop",
        "key": "shop/orders",
        "column": "status",
        "before": "varchar",
        "after": "",
        "message": None,
        "file": "projects/shop/models/orders.sql",
        "line": 1,
        "owners": [],
        "readers": None,
        "settled": "",
        "old_key": "",
        "fails": True,
    }
    assert whole["changes"][0]["readers"][0]["file"] == "projects/marts/models/_sources.yml"


def test_github_annotates_the_line_that_breaks():
    first, second = change_annotations(removed_column()).splitlines()
    assert first.startswith(
        "::error file=projects/shop/models/orders.sql,line=1,title=breaking column-removed::"
    )
    assert "%0ABreaks marts/report (team:marts)" in first
    assert second.startswith("::notice ")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_start_a_workflow_command(name):
    answer = change_annotations(removed_column(name, f"shop/{name}", f"marts/{name}", name))
    assert len(answer.split("\n")) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_in_its_cell_of_the_comment(name):
    comment = diff_comment(removed_column(name, f"shop/{name}", f"marts/{name}", name))
    body, _, picture = comment.partition("```mermaid")
    for row in [line for line in body.splitlines() if line.startswith("|")]:
        outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", row.replace("\\|", ""))
        assert outside.count("|") in (5, 6), row
        assert "<img" not in outside
        assert "@" not in outside
    assert "everyone" not in re.sub(r"(`+).*?\1", "", body)
    box = re.compile(r'^\s+(subgraph )?[ng]\d+\["[A-Za-z0-9 _./,:+#;-]*"\]$')
    drawn = picture.split("```")[0].strip().splitlines()[1:]
    other = re.compile(r"^\s+(end|n\d+ --> n\d+|classDef .*|class [n\d,]+ \w+)$")
    assert all(box.match(line) or other.match(line) for line in drawn), drawn


def test_comment_names_teams_and_shows_who_is_hit():
    comment = diff_comment(removed_column())
    assert comment.startswith(
        "<!-- lineage diff -->\n\n### ❌ Interfaces: 1 breaking change affects"
    )
    assert "`marts/report` (`team:marts`)" in comment
    assert "no reader in the repository" in comment
    assert 'n0["shop/orders#35;status"]' in comment
    assert "n0 --> n1" in comment


@pytest.mark.parametrize("letter", ["a", "名"])
def test_comment_of_a_huge_diff_fits_into_githubs_limit(letter):
    """And into the variable by which CI hands it on, whatever letters names are written in."""
    names = [f"column_{letter * 300}_{number:05}" for number in range(3000)]
    before = Asset(key="shop/wide", columns={name: Column() for name in names}, columns_known=True)
    after = msgspec.structs.replace(before, columns={})
    marts = project(
        "marts",
        *(Asset(key=f"marts/{n}", reads=(Read(key="shop/wide"),)) for n in range(60)),
    )
    diff = compare(
        LineageGraph([project("shop", before), marts]),
        LineageGraph([project("shop", after), marts]),
    )
    comment = diff_comment(diff)
    assert len(comment.encode()) < 65_536
    assert "more" in comment


def test_code_spans_hold_their_text():
    assert code("a`b") == "`` a`b ``"
    assert code("a|b", in_table=True) == "`a\\|b`"
    assert code("") == "` `"


def test_edges_to_what_is_not_drawn_are_left_out():
    assert "-->" not in flowchart([DiagramNode("a", "A")], [("a", "b")])
