"""Code locations of `[tool.dagster]`, dg projects and dg workspaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_lineage.extract.workspace import (
    WorkspaceEntryWrong,
    WorkspaceUnreadable,
    compare_with_dg,
    find_locations,
)

DG_WORKSPACE = """
[tool.dg]
directory_type = "workspace"
[tool.dg.workspace]
projects = [{ path = "projects/one" }, { path = "projects/two" }, { path = "projects/three" }]
"""


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    written(tmp_path / "pyproject.toml", DG_WORKSPACE)
    written(
        tmp_path / "projects/one/pyproject.toml",
        '[tool.dg]\ndirectory_type = "project"\n[tool.dg.project]\nroot_module = "one_code"\n',
    )
    (tmp_path / "projects/one/src/one_code").mkdir(parents=True)
    written(
        tmp_path / "projects/two/dg.toml",
        'directory_type = "project"\n[project]\nroot_module = "two"\ncode_location_name = "zwei"\n'
        'code_location_target_module = "two.entry"\n',
    )
    written(tmp_path / "projects/two/.env", "DG_PROJECT_PYTHON_EXECUTABLE=../../env/bin/python\n")
    written(
        tmp_path / "projects/three/pyproject.toml",
        '[tool.dg.project]\nroot_module = "three"\npython_environment = "active"\n'
        "autoload_defs = true\n",
    )
    return tmp_path


def test_projects_of_a_dg_workspace_have_the_defaults_of_dg(workspace: Path):
    one, zwei, three = find_locations(workspace)
    assert [entry.line for entry in (one, zwei, three)] == [5, 5, 5]
    assert (one.name, one.code) == ("one", "one_code.definitions")
    assert one.working_directory == workspace / "projects/one/src"
    assert one.executable == str(workspace / "projects/one/.venv/bin/python")
    assert (zwei.name, zwei.code) == ("zwei", "two.entry")
    assert zwei.working_directory == workspace / "projects/two"
    assert zwei.executable == str(workspace / "env/bin/python")
    assert (three.name, three.kind, three.code) == ("three", "autoload_defs_module", "three.defs")
    assert three.executable == ""


def test_project_is_the_same_as_in_dg(workspace: Path):
    from dagster_dg_core.context import DgContext

    one = find_locations(workspace)[0]
    context = DgContext.for_project_environment(workspace / "projects/one", {})
    assert one.name == context.code_location_name
    assert one.code == context.code_location_target_module_name
    assert one.executable == str(context.project_python_executable)
    assert one.working_directory == context.root_module_path.parent


def test_listed_folder_that_is_not_a_project_is_an_error(workspace: Path):
    (workspace / "projects/two/dg.toml").unlink()
    with pytest.raises(WorkspaceEntryWrong, match=r"'projects/two' is listed as a project, but"):
        find_locations(workspace)


def test_tool_dagster_names_a_module(tmp_path: Path):
    file = written(
        tmp_path / "pyproject.toml",
        '[tool.dagster]\nmodule_name = "shop.definitions"\ncode_location_name = "shop"\n',
    )
    (entry,) = find_locations(tmp_path)
    assert (entry.name, entry.code, entry.listed_in) == ("shop", "shop.definitions", file)
    assert entry.on_path


def test_tool_dagster_may_name_several_modules(tmp_path: Path):
    written(
        tmp_path / "pyproject.toml",
        '[tool.dagster]\nmodules = [{ type = "module", name = "a" }, { type = "module", '
        'name = "b" }]\n',
    )
    assert [entry.name for entry in find_locations(tmp_path)] == ["a", "b"]


def test_file_that_is_not_toml_is_an_error(tmp_path: Path):
    file = written(tmp_path / "pyproject.toml", "[tool.dagster\n")
    with pytest.raises(WorkspaceUnreadable, match="is not TOML"):
        find_locations(file)


def test_two_workspace_files_are_compared_by_code_location(workspace: Path):
    file = written(
        workspace / "workspace.yaml",
        "load_from:\n"
        "- python_module: {module_name: one_code.definitions, location_name: one}\n"
        "- python_module: {module_name: two.other, location_name: zwei}\n"
        "- python_module: {module_name: old.definitions, location_name: old}\n",
    )
    assert compare_with_dg(file) == (
        "workspace.yaml lists the code location 'old', pyproject.toml does not",
        "pyproject.toml lists the code location 'three', workspace.yaml does not",
        "code location 'zwei': workspace.yaml loads two.other, pyproject.toml loads two.entry",
    )


def test_workspace_yaml_without_a_dg_workspace_has_no_differences(tmp_path: Path):
    file = written(tmp_path / "workspace.yaml", "load_from:\n- python_module: a\n")
    assert compare_with_dg(file) == ()
