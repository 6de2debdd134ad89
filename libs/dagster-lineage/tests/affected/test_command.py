"""`lineage affected` in CI: the matrix, the proofs, the dbt commands."""

from __future__ import annotations

import json
import os

import pytest

from dagster_lineage.analyze.affected.decision import decide
from dagster_lineage.cli.main import main
from dagster_lineage.files.git import Repository
from dagster_lineage.present.text.affected import affected_text


@pytest.fixture
def affected(shop, capsys):
    def call(*arguments, base="main"):
        code = main(["affected", "--root", str(shop.root), "--base", base, *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def branch(shop):
    shop.git("checkout", "-q", "-B", "branch", "main")


def test_nothing_changed_gives_an_empty_matrix(affected):
    assert affected("--format", "github-matrix") == (0, '{"include":[]}\n', "")


def test_matrix_has_an_entry_for_each_project_that_is_built(shop, affected):
    shop.write("projects/shop/models/orders.sql", "select 1 as id, current_date as day, '' as note")
    matrix = json.loads(affected("--format", "github-matrix")[1])
    assert matrix["include"][0] == {
        "project": "marts",
        "folder": "projects/marts",
        "dbt": True,
        "select": "source:shop.orders+",
        "reason": "marts/daily reads shop/orders (projects/shop/models/orders.sql: a model, seed "
        "or snapshot)",
    }
    assert [one["project"] for one in matrix["include"]] == ["marts", "ml", "shop"]
    assert [one["dbt"] for one in matrix["include"]] == [True, False, True]


def test_text_has_reasons_and_proofs(shop, affected):
    shop.write("projects/ml/tests/test_ml.py", "X = 1\n")
    shop.write("projects/shop/README.md", "# other\n")
    code, out, _ = affected()
    assert code == 0
    assert out.startswith("1 of 5 projects to build and test, for 2 changed files.\n")
    assert "  own files: projects/ml/tests/test_ml.py: its tests\n" in out
    tree = shop.git("rev-parse", "main:projects/lone").strip()[:12]
    assert f"  lone\n    0 of 7 files changed; tree {tree} at base and head\n" in out
    files = len(shop.git("ls-files", "projects/shop").splitlines())
    assert f"1 of {files} files changed, documentation only: projects/shop/README.md" in out
    assert "requires cli, publish, warehouse; uses none of 0 changed library files" in out
    assert "reads 3 keys of other projects, none of the 0 that changed or are downstream" in out


def test_proof_counts_changes_of_other_projects(shop, affected):
    shop.write("libs/testkit/src/testkit/frames.py", "frame = 2\n")
    shop.write("projects/shop/models/orders.sql", "select 2 as id")
    whole = json.loads(affected("--format", "json")[1])
    assert whole["skipped"] == ["ingest", "lone"]
    proof = next(one["proof"] for one in whole["projects"] if one["project"] == "ingest")
    assert proof["tree_base"] == proof["tree_head"]
    assert proof["harmless"] == []
    assert proof["libraries"] == ["warehouse"]
    assert proof["changed_modules"] == 1
    assert proof["changed_keys"] == 3
    assert whole["libraries"] == ["libs/testkit"]
    assert whole["repository_tests"] is True


def test_committed_head_is_compared_without_the_work_tree(shop, affected):
    """The branch makes lone import the library that it changes; the work tree is back on main."""
    branch(shop)
    shop.write("libs/testkit/src/testkit/frames.py", "frame = 2\n")
    shop.write("projects/lone/src/lone/rain.py", "# nothing yet\n")
    shop.commit()
    shop.write("projects/lone/src/lone/rain.py", "from testkit import frames\n")
    first = shop.commit()
    shop.git("checkout", "-q", "main")
    whole = json.loads(affected("--format", "json", "--head", "branch")[1])
    assert whole["to_build"] == ["lone", "marts"]
    assert whole["head"] == first
    lone = next(one for one in whole["projects"] if one["project"] == "lone")
    assert [reason["text"] for reason in lone["reasons"]] == [
        "projects/lone/src/lone/rain.py: its code",
        "libs/testkit/src/testkit/frames.py: lone.rain imports it",
    ]


def test_later_commits_of_main_are_not_part_of_the_branch(shop, affected):
    branch(shop)
    shop.write("projects/lone/src/lone/weather.py", "X = 3\n")
    shop.commit()
    shop.git("checkout", "-q", "-B", "base", "main")
    shop.write("Makefile", "all:\n")
    shop.commit()
    shop.git("checkout", "-q", "branch")
    assert json.loads(affected("--format", "json", base="base")[1])["to_build"] == ["lone"]


def test_untracked_files_are_changes(shop, affected):
    shop.write("projects/marts/models/new.sql", "select 1")
    assert json.loads(affected("--format", "json")[1])["to_build"] == ["marts", "ml"]


def test_dbt_commands_select_changes_and_their_readers(shop, affected):
    shop.write("projects/shop/models/customers.sql", "select 1 as id")
    shop.write("projects/ml/src/ml/forecast.py", "X = 2\n")
    code, out, _ = affected("--dbt", "--state", "state/{project}")
    assert code == 0
    at_shop = "dbt build --project-dir projects/shop --profiles-dir projects/shop"
    assert out.splitlines() == [
        "dbt build --project-dir projects/marts --select source:shop.customers+",
        f"{at_shop} --select state:modified+ --state ../../state/shop",
    ]
    shop_line = affected("--dbt", "--state", "/state/{folder}")[1].splitlines()[1]
    assert shop_line.endswith("--state /state/projects/shop")


def test_large_seed_is_selected_by_path_because_dbt_state_ignores_its_content(shop, affected):
    rows = "".join(f"{number},2026-01-01\n" for number in range(80_000))
    shop.write("projects/shop/seeds/raw_orders.csv", f"id,day\n{rows}")
    shop.write("projects/shop/seeds/more rows.csv", "id\n1\n")
    shop.commit()
    shop.write("projects/shop/seeds/raw_orders.csv", f"id,day\n{rows}-1,2026-01-01\n")
    [_, line] = affected("--dbt", base="HEAD")[1].splitlines()
    assert "--select state:modified+ path:seeds/raw_orders.csv+ --state" in line
    # A space would end the selection.
    shop.write("projects/shop/seeds/more rows.csv", f"id,day\n{rows}")
    [_, line] = affected("--dbt", base="HEAD")[1].splitlines()
    assert "--select 'fqn:*'" in line


def test_dbt_builds_everything_if_the_code_around_it_changed(shop, affected):
    shop.write("requirements.lock", "dagster==3\n")
    out = affected("--dbt")[1]
    assert "--profiles-dir projects/shop --select 'fqn:*'" in out
    assert "--state" not in out


def test_nothing_for_dbt_prints_nothing(shop, affected):
    shop.write("projects/shop/tests/test_shop.py", "X = 2\n")
    assert affected("--dbt") == (0, "", "")


def test_unreadable_interface_at_base_builds_everything(shop, affected):
    branch(shop)
    shop.write("projects/shop/interface.json", "{}")
    broken = shop.commit()
    shop.git("checkout", "-q", "-f", "main", "--", ".")
    code, out, _ = affected(base=broken)
    assert code == 0
    assert "5 of 5 projects" in out
    assert "projects/shop/interface.json (at base) is not a valid interface" in out


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b'a b/\xc3\xa4 "x".txt', 'a b/ä "x".txt'),
        (b"line\nend.txt", r"line\nend.txt"),
        (b"\x1b[31mred", r"\x1b[31mred"),
        (b"no text \xff", r"no text \udcff"),
    ],
)
def test_control_characters_in_file_names_are_escaped(name, shown, shop, affected):
    file = shop.root / "projects/ml" / os.fsdecode(name)
    file.parent.mkdir(exist_ok=True)
    file.write_text("x")
    assert f"  own files: projects/ml/{shown}: configuration" in affected()[1]
    matrix = json.loads(affected("--format", "github-matrix")[1])
    assert matrix["include"][0]["reason"].startswith(f"projects/ml/{shown}: ")
    assert json.loads(affected("--format", "json")[1])["to_build"] == ["ml"]


def test_repository_without_interfaces_is_a_usage_error_and_no_empty_matrix(shop, affected):
    shop.git("rm", "-q", "-r", "projects")
    shop.commit()
    code, out, err = affected("--format", "github-matrix", base="HEAD")
    shop.git("reset", "-q", "--hard", "HEAD~1")
    assert (code, out) == (2, "")
    assert "no interface file matches" in err
    assert "at base or head" in err


@pytest.mark.parametrize("file", ["interface.a.json", "interface.e.json"])
def test_unreadable_interface_at_base_and_head_builds_everything(layouts, file, capsys):
    folder, patterns = layouts["shared_root"]
    folder.git("checkout", "-q", "-b", "broken")
    folder.write(file, "{}")
    folder.commit()
    found = decide(Repository(folder.root).compare("HEAD"), patterns)
    folder.git("checkout", "-q", "-f", "main")
    folder.git("branch", "-q", "-D", "broken")
    assert [one.project for one in found.to_build] == ["a", "b", "c", "d", "e"]


def test_proof_in_a_shared_folder_has_no_tree(layouts):
    folder, patterns = layouts["shared_root"]
    found = decide(Repository(folder.root).compare("HEAD"), patterns)
    by_name = {one.project: one for one in found.projects}
    assert by_name["c"].folder == "."
    proof = by_name["c"].proof
    assert (proof.files, proof.tree_base, proof.libraries) == (2, "", ())
    assert "    0 of 2 files changed; in a shared folder" in affected_text(found)


def test_usage_errors_exit_with_2(shop, affected):
    code, _, err = affected(base="nowhere")
    assert code == 2
    assert "git fetch" in err


def test_interfaces_are_named_on_the_command_line(shop, affected):
    shop.write("projects/ml/src/ml.py", "X = 1\n")
    code, out, _ = affected("--interfaces", "projects/shop/*.json", "--format", "json")
    assert code == 0
    named = {one["project"] for one in json.loads(out)["projects"]}
    assert "shop" in named
    code, _, err = affected("--interfaces", "none/*.json")
    assert code == 2
    assert "none/*.json" in err
