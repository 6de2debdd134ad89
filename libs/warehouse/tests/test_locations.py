from pathlib import Path

import pytest

from warehouse import Locations, LocationUnknown


def test_two_variables_decide_every_path(tmp_path):
    locations = Locations.from_environ({"JAFFLE_DATA_DIR": str(tmp_path), "JAFFLE_ENV": "pr_12"})
    inside = tmp_path / "pr_12"
    for path in (
        locations.work_file("ml"),
        locations.published_file("ml"),
        locations.fivetran_dir,
        locations.dagster_home,
        locations.reports_dir,
        locations.logs_dir,
        locations.dbt_dir,
    ):
        assert path.is_relative_to(inside)


def test_database_name_is_the_same_in_every_environment(tmp_path):
    stems = {
        file.stem
        for environment in ("dev", "ci", "prod", "pr_7")
        for file in (
            Locations(tmp_path, environment).work_file("ml"),
            Locations(tmp_path, environment).published_file("ml"),
        )
    }
    assert stems == {"ml"}


def test_default_is_the_repository_above_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "workspace.yaml").touch()
    below = tmp_path / "projects" / "ml"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Locations.from_environ({}) == Locations(tmp_path / "data", "dev")


@pytest.mark.parametrize("name", ["prd", "../prod", "PR_1", "pr_", "a b"])
def test_mistyped_environment_is_refused(name, tmp_path):
    with pytest.raises(LocationUnknown, match="JAFFLE_ENV is"):
        Locations.from_environ({"JAFFLE_DATA_DIR": str(tmp_path), "JAFFLE_ENV": name})


def test_relative_directory_is_taken_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Locations.from_environ({"JAFFLE_DATA_DIR": "x"}).data_dir == Path(tmp_path, "x")
