"""`lineage diff` on a real repository: exit codes and output."""

from __future__ import annotations

import json

import pytest

from dagster_lineage.cli.main import main

ORDERS = {
    "key": "shop/orders",
    "kind": "model",
    "at": "models/orders.sql:1",
    "access": "public",
    "columns_known": True,
}
BEFORE = {**ORDERS, "columns": {"id": {"type": "bigint"}, "status": {"type": "varchar"}}}
AFTER = {**ORDERS, "columns": {"id": {"type": "bigint"}}}


def report(*columns):
    return {
        "key": "marts/report",
        "owners": ["team:finance"],
        "reads": [{"key": "shop/orders", "columns": list(columns), "at": "models/_s.yml:4"}],
    }


@pytest.fixture
def branch(repository):
    repository.interface("shop", assets=[BEFORE])
    repository.interface("marts", assets=[report("id", "status")])
    repository.write("pyproject.toml", "[tool.lineage]\n")
    repository.commit()
    repository.git("checkout", "-q", "-b", "branch")
    return repository


def lineage(repository, capsys, *arguments):
    code = main(["diff", "--root", str(repository.root), "--base", "main", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_an_untouched_branch_passes(branch, capsys):
    assert lineage(branch, capsys) == (0, "The interfaces are unchanged.\n", "")


def test_a_column_that_another_team_reads_fails_before_it_is_committed(branch, capsys):
    branch.interface("shop", assets=[AFTER])
    code, out, _ = lineage(branch, capsys)
    assert code == 1
    assert "breaks marts/report (team:finance): reads shop/orders#status" in out


def test_producer_and_reader_changed_together_pass(branch, capsys):
    branch.interface("shop", assets=[AFTER])
    branch.interface("marts", assets=[report("id")])
    branch.commit()
    code, out, _ = lineage(branch, capsys, "--head", "branch")
    assert code == 0
    assert "settled: no reader in the repository relies on it any more" in out


def test_a_committed_head_is_looked_at_not_the_work_tree(branch, capsys):
    branch.interface("shop", assets=[AFTER])
    branch.commit()
    branch.interface("shop", assets=[BEFORE])
    assert lineage(branch, capsys, "--head", "branch")[0] == 1
    assert lineage(branch, capsys)[0] == 0


def test_json_and_github_and_markdown_agree_on_the_exit_code(branch, capsys):
    branch.interface("shop", assets=[AFTER])
    for form in ("json", "github", "markdown"):
        code, out, _ = lineage(branch, capsys, "--format", form)
        assert code == 1
        assert "status" in out
    assert json.loads(lineage(branch, capsys, "--format", "json")[1])["head"] == "worktree"


def test_a_base_before_the_first_interface_makes_everything_new(repository, capsys):
    repository.write("README.md", "a shop")
    repository.commit()
    repository.interface("shop", assets=[AFTER])
    code, out, _ = lineage(repository, capsys)
    assert code == 0
    assert "asset-added" in out


def test_mistakes_of_use_end_with_2_and_the_mend(branch, capsys, tmp_path):
    code, _, err = lineage(branch, capsys, "--head", "nowhere")
    assert code == 2
    assert "git fetch" in err
    branch.write("projects/shop/interface.json", "<<<<<<< main\n")
    code, _, err = lineage(branch, capsys)
    assert code == 2
    assert "merge conflict" in err
    assert main(["diff", "--base", "main", "--root", str(tmp_path / "none")]) == 2


def test_a_repository_without_interfaces_is_reported(repository, capsys):
    repository.commit()
    code, _, err = lineage(repository, capsys)
    assert code == 2
    assert "lineage lock" in err
