"""`lineage impact` in every format; names that try to be markup stay names."""

from __future__ import annotations

import json
import re

import pytest

from dagster_lineage.cli.main import main

HOSTILE = ["a|b", '"] --> x["', "<script>", "@all", "a`b", "end", "[x](https://example.org)"]


@pytest.fixture
def impact(projects, capsys):
    def call(*arguments):
        code = main(["impact", "--root", str(projects.root), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_text_groups_by_project_and_counts(impact):
    code, out, _ = impact("shop/orders.amount")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "shop/orders#amount (team:shop)  projects/shop/models/orders.sql:1"
    assert "marts (team:finance)" in lines
    paid = "  marts/paid#net  by value, via shop/orders#amount  projects/marts/models/paid.sql:1"
    assert paid in lines
    assert lines[-1] == (
        "Affects 4 assets, 4 checks, 1 exposure in marts, ml; "
        "owners: cfo@example.org, team:finance, team:science."
    )


def test_text_of_nothing(impact):
    assert impact("ml/forecast")[1].splitlines()[-1] == "No readers."
    assert impact("shop/orders", "--upstream")[1].splitlines()[-1] == "No upstream assets."


def test_unknown_columns_are_reported(impact):
    assert "all columns, since those it reads are unknown" in impact("shop/orders.amount")[1]


def test_upstream_names_the_source_column(impact):
    out = impact("daily.revenue".replace("daily", "marts/daily"), "--upstream")[1]
    assert "  shop/orders#amount  rows by status, source, for marts/paid" in out


def test_several_targets_have_one_result(impact):
    whole = json.loads(impact("orders.id", "orders.status", "--format", "json")[1])
    assert whole["starts"] == ["shop/orders#id", "shop/orders#status"]
    whole = json.loads(impact("orders.id", "orders", "--format", "json")[1])
    assert whole["starts"] == ["shop/orders"]


def test_json_contains_every_asset(impact):
    whole = json.loads(impact("shop/orders", "--format", "json")[1])
    assert whole["schema_version"] == 2
    assert [one["key"] for one in whole["assets"]] == [
        "shop/orders", "marts/paid", "ml/daily", "marts/daily", "ml/forecast",
    ]  # fmt: skip
    assert whole["edges"] == [
        ["marts/daily", "ml/forecast"],
        ["marts/paid", "marts/daily"],
        ["shop/orders", "marts/paid"],
        ["shop/orders", "ml/daily"],
    ]


def test_markdown_has_a_table_and_a_picture(impact):
    out = impact("shop/orders.amount", "--format", "markdown")[1]
    row = "| `marts` | `marts/paid#net` | by value | `shop/orders#amount` | `team:finance` |"
    assert row in out
    assert "```mermaid\nflowchart LR\n" in out
    assert 'subgraph g1["marts"]' in out


@pytest.mark.parametrize("name", HOSTILE)
def test_names_cannot_become_markup(projects, impact, name):
    reads = [{"key": f"x/{name}", "columns": [name]}]
    projects.interface(
        "x",
        assets=[
            {"key": f"x/{name}", "columns": {name: {}}, "columns_known": True},
            {"key": f"y/{name}", "owners": [name], "columns": {name: {}}, "reads": reads},
        ],
    )
    code, out, _ = impact(f"x/{name}#{name}", "--format", "markdown")
    assert code == 0
    table, _, picture = out.partition("```mermaid")
    for row in [line for line in table.splitlines() if line.startswith("|")]:
        outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", row.replace("\\|", ""))
        assert outside.count("|") == 6
        assert "<script" not in outside
    boxes = [line for line in picture.splitlines() if '["' in line]
    assert all(re.search(r'\["[A-Za-z0-9 _./,:+#;-]*"\]$', line) for line in boxes)
    assert len(boxes) == 3


def test_usage_errors_exit_with_2_and_suggest_the_nearest(impact, projects, tmp_path):
    assert impact("shop/ordrs")[0] == 2
    assert "did you mean `shop/orders`" in impact("shop/ordrs")[2]
    assert main(["impact", "x", "--root", str(tmp_path / "nowhere")]) == 2
    assert main(["impact", "x", "--root", str(projects.root / ".git")]) == 2
