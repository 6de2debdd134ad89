"""Definitions are found in every form that Dagster's code server finds them in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dagster_lineage.extract.probe.script import assets, loading
from dagster_lineage.extract.probe.script.declarations import key_text
from dagster_lineage.extract.probe.script.failure import in_one_line
from dagster_lineage.extract.probe.script.places import Places
from dagster_lineage.extract.probe.script.project_folder import project_folder

ASSET = "import dagster as dg\n@dg.asset\ndef found(): ...\n"

DECLARED = {
    "definitions": "defs = dg.Definitions(assets=[found])",
    "function": "@dg.definitions\ndef whatever():\n    return dg.Definitions(assets=[found])",
    "repository": "@dg.repository\ndef repo():\n    return [found]",
    "two_repositories": (
        "@dg.asset\ndef other(): ...\n"
        "@dg.repository\ndef one():\n    return [found]\n"
        "@dg.repository\ndef two():\n    return [other]"
    ),
    "top_level_assets": "",
}


def request(file: Path, **more: str) -> dict[str, Any]:
    folder = str(file.parent)
    code = {"kind": "python_file", "code": str(file)}
    return {"name": "it", **code, "working_directory": folder, **more}


def keys(repositories: list[Any]) -> set[str]:
    return {
        key_text(key)
        for repository in repositories
        for key in repository.asset_graph.get_all_asset_keys()
    }


@pytest.mark.parametrize("kind", DECLARED)
def test_definitions_are_found_in_every_form(kind: str, tmp_path: Path):
    file = tmp_path / f"declared_by_{kind}.py"
    file.write_text(ASSET + DECLARED[kind])
    expected = {"found", "other"} if kind == "two_repositories" else {"found"}
    assert keys(loading.repositories(request(file))) == expected


def test_named_attribute_takes_precedence(tmp_path: Path):
    file = tmp_path / "with_attributes.py"
    file.write_text(
        ASSET + "a = dg.Definitions(assets=[found])\n"
        "b = dg.Definitions(assets=[dg.AssetSpec('named')])"
    )
    assert keys(loading.repositories(request(file, attribute="b"))) == {"named"}


def test_unresolvable_job_fails_the_load_as_in_dagster(tmp_path: Path):
    file = tmp_path / "with_a_wrong_job.py"
    file.write_text(
        ASSET + "job = dg.define_asset_job('j', selection=['fuond'])\n"
        "defs = dg.Definitions(assets=[found], jobs=[job])"
    )
    with pytest.raises(Exception, match="asset job j") as error:
        loading.repositories(request(file))
    line = in_one_line(error.value, tmp_path)
    assert "fuond" in line
    assert "site-packages" not in line


def test_module_without_definitions_is_an_error(tmp_path: Path):
    file = tmp_path / "with_nothing.py"
    file.write_text("x = 1")
    with pytest.raises(Exception, match="No Definitions") as error:
        loading.repositories(request(file))
    assert "No Definitions" in in_one_line(error.value, tmp_path)


def test_missing_import_is_reported_with_its_line(tmp_path: Path):
    file = tmp_path / "wants_more.py"
    file.write_text("\nimport not_installed_anywhere\n")
    with pytest.raises(Exception, match="not_installed_anywhere") as error:
        loading.repositories(request(file))
    assert in_one_line(error.value, tmp_path) == (
        "ModuleNotFoundError: No module named 'not_installed_anywhere' (wants_more.py:2)"
    )


def test_sys_exit_and_a_syntax_error_are_reported_with_their_lines(tmp_path: Path):
    leaves = tmp_path / "leaves.py"
    leaves.write_text("import sys\nsys.exit(4)\n")
    with pytest.raises(SystemExit) as exit_:
        loading.repositories(request(leaves))
    assert in_one_line(exit_.value, tmp_path) == (
        "it exits while it is loaded: sys.exit(4) (leaves.py:2)"
    )
    broken = tmp_path / "broken.py"
    broken.write_text("x = 1\ndef f(:\n")
    with pytest.raises(SyntaxError) as error:
        loading.repositories(request(broken))
    assert in_one_line(error.value, tmp_path).endswith("(broken.py:2)")


def test_project_is_the_nearest_folder_with_a_pyproject_toml(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text("")
    project = tmp_path / "projects" / "one"
    (project / "src").mkdir(parents=True)
    file = project / "src" / "definitions.py"
    file.write_text("")
    assert project_folder(request(file)) == tmp_path
    (project / "pyproject.toml").write_text("")
    assert project_folder(request(file)) == project


def test_asset_from_a_library_is_placed_where_the_project_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    library, project = tmp_path / "library", tmp_path / "project"
    library.mkdir()
    project.mkdir()
    (library / "factory_of_assets.py").write_text(
        "import dagster as dg\ndef create(name):\n"
        "    @dg.asset(name=name)\n    def it(): ...\n    return it\n"
    )
    file = project / "calls_the_library.py"
    file.write_text(
        "import dagster as dg\nfrom factory_of_assets import create\n\n"
        "defs = dg.Definitions(assets=[\n    create('customers'),\n    create('f' + 'x'),\n])\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path, str(library)])
    (repository,) = loading.repositories(request(file))
    found = assets.CollectedAssets()
    assets.collect(repository, Places(project), [], found)
    assert found.facts["customers"]["at"] == f"{file}:5"
    assert found.facts["fx"]["at"] == f"{library}/factory_of_assets.py:3"
