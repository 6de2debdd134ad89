from pathlib import Path

import pytest

from environment import Environment, UnknownEnvironment


def test_two_variables_decide_every_path(tmp_path):
    environ = {"JAFFLE_DATA_DIR": str(tmp_path), "JAFFLE_ENV": "pr_12"}
    environment = Environment.from_environ(environ)
    inside = tmp_path / "pr_12"
    for path in (
        environment.work_file("ml"),
        environment.published_file("ml"),
        environment.fivetran_dir,
        environment.dagster_home,
        environment.reports_dir,
        environment.logs_dir,
        environment.dbt_dir,
    ):
        assert path.is_relative_to(inside)


def test_database_name_is_the_same_in_every_environment(tmp_path):
    stems = {
        file.stem
        for name in ("dev", "ci", "prod", "pr_7")
        for file in (
            Environment(tmp_path, name).work_file("ml"),
            Environment(tmp_path, name).published_file("ml"),
        )
    }
    assert stems == {"ml"}


def test_default_is_the_repository_above_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "workspace.yaml").touch()
    below = tmp_path / "projects" / "ml"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Environment.from_environ({}) == Environment(tmp_path / "data", "dev")


@pytest.mark.parametrize("name", ["prd", "../prod", "PR_1", "pr_", "a b"])
def test_mistyped_environment_is_refused(name, tmp_path):
    with pytest.raises(UnknownEnvironment, match="JAFFLE_ENV is"):
        Environment.from_environ({"JAFFLE_DATA_DIR": str(tmp_path), "JAFFLE_ENV": name})


def test_relative_directory_is_taken_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Environment.from_environ({"JAFFLE_DATA_DIR": "x"}).data_dir == Path(tmp_path, "x")
