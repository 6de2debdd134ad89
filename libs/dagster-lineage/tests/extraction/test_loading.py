"""Whatever a module declares is found, as Dagster's own code server finds it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dagster_lineage.extract.probe.script import assets, loading
from dagster_lineage.extract.probe.script.declared import key_text
from dagster_lineage.extract.probe.script.failure import in_one_line
from dagster_lineage.extract.probe.script.places import Places

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
    "loose_assets": "",
}


def request(file: Path, **more: str) -> dict[str, Any]:
    folder = str(file.parent)
    return {"name": "it", "python_file": str(file), "working_directory": folder, **more}


def keys(repositories: list[Any]) -> set[str]:
    return {
        key_text(key)
        for repository in repositories
        for key in repository.asset_graph.get_all_asset_keys()
    }


@pytest.mark.parametrize("kind", DECLARED)
def test_definitions_are_found_however_they_are_declared(kind: str, tmp_path: Path):
    file = tmp_path / f"declared_by_{kind}.py"
    file.write_text(ASSET + DECLARED[kind])
    expected = {"found", "other"} if kind == "two_repositories" else {"found"}
    assert keys(loading.repositories(request(file))) == expected


def test_a_named_attribute_wins_over_what_else_is_there(tmp_path: Path):
    file = tmp_path / "with_attributes.py"
    file.write_text(
        ASSET + "a = dg.Definitions(assets=[found])\n"
        "b = dg.Definitions(assets=[dg.AssetSpec('named')])"
    )
    assert keys(loading.repositories(request(file, attribute="b"))) == {"named"}


def test_a_job_that_cannot_be_resolved_fails_the_load_as_in_dagster(tmp_path: Path):
    file = tmp_path / "with_a_wrong_job.py"
    file.write_text(
        ASSET + "job = dg.define_asset_job('j', selection=['fuond'])\n"
        "defs = dg.Definitions(assets=[found], jobs=[job])"
    )
    with pytest.raises(Exception, match="asset job j") as error:
        loading.repositories(request(file))
    told = in_one_line(error.value, tmp_path)
    assert "fuond" in told
    assert "site-packages" not in told


def test_a_module_that_holds_nothing_says_so(tmp_path: Path):
    file = tmp_path / "with_nothing.py"
    file.write_text("x = 1")
    with pytest.raises(Exception, match="No Definitions") as error:
        loading.repositories(request(file))
    assert "No Definitions" in in_one_line(error.value, tmp_path)


def test_a_missing_import_is_told_with_the_line_that_wants_it(tmp_path: Path):
    file = tmp_path / "wants_more.py"
    file.write_text("\nimport not_installed_anywhere\n")
    with pytest.raises(Exception, match="not_installed_anywhere") as error:
        loading.repositories(request(file))
    assert in_one_line(error.value, tmp_path) == (
        "ModuleNotFoundError: No module named 'not_installed_anywhere' (wants_more.py:2)"
    )


def test_sys_exit_and_a_syntax_error_are_told_with_their_line(tmp_path: Path):
    leaves = tmp_path / "leaves.py"
    leaves.write_text("import sys\nsys.exit(4)\n")
    with pytest.raises(SystemExit) as exit_:
        loading.repositories(request(leaves))
    assert in_one_line(exit_.value, tmp_path) == (
        "it ends the process while it is loaded: sys.exit(4) (leaves.py:2)"
    )
    broken = tmp_path / "broken.py"
    broken.write_text("x = 1\ndef f(:\n")
    with pytest.raises(SyntaxError) as error:
        loading.repositories(request(broken))
    assert in_one_line(error.value, tmp_path).endswith("(broken.py:2)")


def test_the_project_is_the_nearest_folder_with_a_pyproject(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text("")
    project = tmp_path / "projects" / "one"
    (project / "src").mkdir(parents=True)
    file = project / "src" / "definitions.py"
    file.write_text("")
    assert loading.folder_of(request(file)) == tmp_path
    (project / "pyproject.toml").write_text("")
    assert loading.folder_of(request(file)) == project


def test_an_asset_that_a_library_makes_is_placed_where_the_project_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    library, project = tmp_path / "library", tmp_path / "project"
    library.mkdir()
    project.mkdir()
    (library / "factory_of_assets.py").write_text(
        "import dagster as dg\ndef made(name):\n"
        "    @dg.asset(name=name)\n    def it(): ...\n    return it\n"
    )
    file = project / "asks_the_library.py"
    file.write_text(
        "import dagster as dg\nfrom factory_of_assets import made\n\n"
        "defs = dg.Definitions(assets=[\n    made('customers'),\n    made('f' + 'x'),\n])\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path, str(library)])
    (repository,) = loading.repositories(request(file))
    found = assets.Collected()
    assets.collect(repository, Places(project), [], found)
    assert found.facts["customers"]["at"] == f"{file}:5"
    assert found.facts["fx"]["at"] == f"{library}/factory_of_assets.py:3"
