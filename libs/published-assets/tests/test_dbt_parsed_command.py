"""`dbt-parsed` uses the manifest of the last parse while the project's files are the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from published_assets.dbt.manifest_command import build

BIN = Path(sys.executable).parent


@pytest.fixture
def project(tmp_path):
    """Return a parsed project whose database depends on an environment variable."""
    folder = tmp_path / "toy"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: toy\nprofile: toy\nvars: {n: 1}\n")
    (folder / "profiles.yml").write_text(
        "toy: {target: t, outputs: {t: {type: duckdb, schema: toy, "
        "path: \"{{ env_var('TOY_FOLDER', '.') }}/toy.duckdb\"}}}\n"
    )
    (folder / "models" / "a.sql").write_text("select {{ var('n') }} as n\n")
    assert build(folder) == 0
    return folder


def dbt(project, command, *arguments):
    """Build the model into another file and with another variable than those of the parse."""
    target = project.parent / command
    target.mkdir(exist_ok=True)
    done = subprocess.run(
        [
            *(str(BIN / command), "build", "--vars", json.dumps({"n": 7})),
            *("--profiles-dir", str(project), "--target-path", str(target), *arguments),
        ],
        cwd=project,
        env={"TOY_FOLDER": str(target), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, target


def sql_of(target):
    return (target / "run" / "toy" / "models" / "a.sql").read_text()


def test_build_does_not_parse_a_project_that_is_unchanged(project):
    done, target = dbt(project, "dbt-parsed")
    assert done.returncode == 0, done.stdout
    assert "select 7 as n" in sql_of(target)
    assert not (target / "partial_parse.msgpack").exists()  # written after a parse
    stock, stock_target = dbt(project, "dbt")
    assert stock.returncode == 0
    assert (stock_target / "partial_parse.msgpack").exists()
    assert sql_of(stock_target) == sql_of(target)


def test_build_parses_a_project_that_has_changed(project):
    (project / "models" / "a.sql").write_text("select {{ var('n') }} + 1 as n\n")
    done, target = dbt(project, "dbt-parsed")
    assert done.returncode == 0, done.stdout
    assert "select 7 + 1 as n" in sql_of(target)


def test_exit_codes_are_those_of_dbt(project):
    (project / "models" / "a.sql").write_text("select no_such_column\n")
    assert build(project) == 0
    for command in ("dbt", "dbt-parsed"):
        done, _ = dbt(project, command)
        assert done.returncode == 1
        assert "no_such_column" in done.stdout
        done, _ = dbt(project, command, "--no-such-option")
        assert done.returncode == 2
