"""`lineage check`: exit codes, choice of rules and projects, usage errors."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from dagster_lineage.files.interface_files import read_interface
from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface

HEAVY = ("dagster", "dbt", "sqlglot", "jinja2", "yaml", "grimp", "pydantic")


def test_repository_without_findings_reports_how_much_was_checked(repository, lineage) -> None:
    code, out, err = lineage("check")
    assert (code, err) == (0, "")
    assert out == "No findings: 1 edge between 2 projects checked.\n"


def test_typo_makes_exit_code_1_and_names_place_and_nearest(repository, lineage) -> None:
    repository.reads("jaffle/ordrs")
    code, out, _ = lineage("check")
    assert code == 1
    assert out.splitlines() == [
        "team:science",
        "  projects/ml/src/ml.py:3  ED01 unresolved-key",
        "    `ml/forecast` reads `jaffle/ordrs`, which no code location produces.",
        "    Did you mean `jaffle/orders`?",
        "    Other end: jaffle_dbt, team:analytics",
        "    Use `jaffle/orders`, or produce or declare `jaffle/ordrs`.",
        "",
        (
            "Found 1 error: 1 edge between 2 projects checked, 1 of them ends outside the graph. "
            "Run `lineage rule ED01` for details on ED01."
        ),
    ]


def test_notes_alone_do_not_fail(repository, lineage) -> None:
    repository.settings(
        '[[tool.lineage.external]]\nkeys = ["old/*"]\nowner = "team:x"\nreason = "gone"\n'
    )
    code, out, _ = lineage("check")
    assert code == 0
    assert "pyproject.toml:1  EX02 expired-external (note)" in out
    assert "Found 1 note: 1 edge" in out


def test_check_works_from_a_folder_below_the_root(
    repository, lineage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.root / "projects" / "ml" / "src")
    assert lineage("check")[0] == 0


def test_select_and_ignore_accept_the_first_letters_of_codes(repository, lineage) -> None:
    repository.reads("jaffle/ordrs", "stripe/charges")
    assert "EX01" not in lineage("check", "--select", "ED,KY03")[1]
    assert "ED01" not in lineage("check", "--ignore", "ED01")[1]
    assert lineage("check", "--ignore", "ED", "--ignore", "EX01")[0] == 0


def test_settings_select_rules(repository, lineage) -> None:
    repository.reads("jaffle/ordrs")
    repository.settings('[tool.lineage]\nselect = ["KY"]\n')
    assert lineage("check")[0] == 0
    assert lineage("check", "--select", "ED")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--select", "ED10"], "unknown rule `ED10`: did you mean `ED01`?"),
        (["jafle_dbt"], "unknown project `jafle_dbt`: did you mean `jaffle_dbt`?"),
        (["--root", "nowhere"], "--root nowhere is not a directory"),
        (["--interfaces", "*.json"], "no interface file matches *.json"),
        (["--interfaces", "../*/interface.json"], "is outside the root"),
        (["--baseline", "none.json"], "baseline none.json cannot be read"),
        (["--format", "xml"], "invalid choice"),
    ],
)
def test_usage_error_is_exit_code_2_with_a_fix(
    repository, lineage, arguments: list[str], words: str
) -> None:
    code, out, err = lineage("check", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_only_the_findings_of_the_named_projects(repository, lineage) -> None:
    repository.reads("jaffle/ordrs")
    assert lineage("check", "jaffle_dbt")[0] == 0
    assert lineage("check", "ml", "jaffle_dbt")[0] == 1


def test_merge_conflict_in_an_interface_is_reported(repository, lineage) -> None:
    file = repository.root / "projects" / "ml" / "interface.json"
    file.write_bytes(b"<<<<<<< HEAD\n" + file.read_bytes())
    code, _, err = lineage("check")
    assert code == 2
    assert "merge conflict" in err
    assert "projects/ml/interface.json" in err


def test_interface_of_a_newer_version_is_refused(repository, lineage) -> None:
    file = repository.root / "projects" / "ml" / "interface.json"
    file.write_text(file.read_text().replace('"schema_version": 2', '"schema_version": 9'))
    code, _, err = lineage("check")
    assert code == 2
    assert "version 9" in err


def test_interface_of_schema_version_1_is_read_with_the_new_names(tmp_path) -> None:
    file = tmp_path / "interface.json"
    file.write_text(
        json.dumps(
            {
                "schema_version": 1,
                "project": "marts",
                "assets": [
                    {
                        "key": "marts/orders",
                        "columns": {"missing": {"comes_from": ["jaffle/orders#id"]}},
                        "not_given": ["total"],
                        "reads": [{"key": "jaffle/orders", "missing": ["amount"]}],
                    }
                ],
                "sources": [{"name": "a.b", "key": "a/b", "key_given": "table"}],
            }
        )
    )
    for quick in (False, True):
        interface = read_interface(file, quick=quick)
        asset = interface.assets[0]
        assert asset.columns["missing"].derived_from == ("jaffle/orders#id",)
        assert asset.missing_contract_columns == ("total",)
        assert asset.reads[0].missing_columns == ("amount",)
        assert interface.sources[0].key_origin == "table"
        assert interface.schema_version == SCHEMA_VERSION


def test_unknown_command_has_the_nearest(lineage) -> None:
    code, _, err = lineage("chekc")
    assert code == 2
    assert "did you mean `check`?" in err


def test_help_lists_the_commands_and_no_command_is_a_usage_error(lineage) -> None:
    code, out, _ = lineage("--help")
    assert code == 0
    assert "  check " in out
    assert "  rule " in out
    assert lineage()[0] == 2


def test_check_imports_nothing_heavy_and_no_other_command(repository) -> None:
    script = (
        "import sys\n"
        "from dagster_lineage.cli.main import main\n"
        "code = main(['check'])\n"
        "print(code, *sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=repository.root,
        capture_output=True,
        text=True,
        check=True,
    )
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    assert not [name for name in modules if name.partition(".")[0] in HEAVY]
    commands = [name for name in modules if name.startswith("dagster_lineage.cli.")]
    assert commands == [
        "dagster_lineage.cli.arguments",
        "dagster_lineage.cli.check",
        "dagster_lineage.cli.main",
    ]


def test_closed_pipe_causes_no_traceback(repository) -> None:
    keys = [f"jaffle/gone_{number}" for number in range(3000)]
    repository.reads(*keys)
    program = subprocess.Popen(
        [sys.executable, "-m", "dagster_lineage.cli.main", "check", "--format", "json"],
        cwd=repository.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout
    program.stdout.readline()
    program.stdout.close()
    _, err = program.communicate(timeout=60)
    assert b"Traceback" not in err
    assert program.returncode == 1


def test_finding_at_a_guessed_place_says_so(repository, lineage) -> None:
    repository.write(
        Interface(
            schema_version=SCHEMA_VERSION,
            project="lake",
            assets=(
                Asset(key="lake/orders", at="src/lake.py:3?", owners=("team:lke",)),
                Asset(key="lake/visits", at="src/lake.py:7", owners=("team:lkae",)),
            ),
        )
    )
    repository.settings(
        '[tool.lineage]\nowners = ["team:lake", "team:analytics", "team:science"]\n'
    )
    _, out, _ = lineage("check", "--select", "OW02,ST", "--format", "json")
    found = {(one["file"], one["line"]): one["message"] for one in json.loads(out)["findings"]}
    file = "projects/lake/src/lake.py"
    uncertain = "The line is uncertain: the code composes the name at run time."
    assert {place: message.endswith(uncertain) for place, message in found.items()} == {
        (file, 3): True,
        (file, 7): False,
    }
