"""Code locations of a `dagster_cloud.yaml`, if no other file lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_lineage.extract.workspace import LocationNameTaken, WorkspaceEntryWrong, find_locations

LISTED = """
locations:
  - location_name: etl
    code_source: {package_name: etl_code}
    build: {directory: ./etl, registry: example.org/etl}
    container_context: {k8s: {env_secrets: [etl]}}
  - location_name: basics
    code_source: {python_file: definitions.py}
    build: {directory: ./basics}
    executable_path: /venvs/basics/bin/python
  - code_source: {module_name: team.one.definitions}
    working_directory: /root/app
"""


def listed(folder: Path, text: str, name: str = "dagster_cloud.yaml") -> Path:
    for part in ("etl", "basics"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def test_folders_of_the_image_are_those_that_it_is_built_from(tmp_path):
    listed(tmp_path, LISTED)
    etl, basics, team = find_locations(tmp_path)
    assert [one.line for one in (etl, basics, team)] == [3, 7, 11]
    assert (etl.name, etl.kind, etl.code) == ("etl", "python_package", "etl_code")
    assert etl.working_directory == tmp_path / "etl"
    assert basics.python_file == tmp_path / "basics" / "definitions.py"
    assert basics.executable == ""
    assert (team.name, team.working_directory) == ("team.one.definitions", tmp_path)
    assert all(one.on_path for one in (etl, basics, team))


def test_module_in_src_is_found(tmp_path):
    listed(tmp_path, LISTED)
    (tmp_path / "src" / "team").mkdir(parents=True)
    assert find_locations(tmp_path)[2].working_directory == tmp_path / "src"


def test_paths_of_a_file_in_a_hidden_folder_start_at_the_folder_above(tmp_path):
    file = listed(tmp_path, LISTED, ".dagster/cloud.yaml")
    assert find_locations(file)[0].working_directory == tmp_path / "etl"


def test_workspace_yaml_takes_precedence(tmp_path):
    listed(tmp_path, LISTED)
    (tmp_path / "workspace.yaml").write_text("load_from: [{python_file: here.py}]")
    assert [one.name for one in find_locations(tmp_path)] == ["here.py"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("locations: {}", WorkspaceEntryWrong),
        ("locations: [{location_name: a}]", WorkspaceEntryWrong),
        (
            "locations: [{location_name: a, code_source: {module_name: a, python_file: b}}]",
            WorkspaceEntryWrong,
        ),
        (
            "locations: [&a {location_name: a, code_source: {module_name: a}}, *a]",
            LocationNameTaken,
        ),
    ],
)
def test_entry_that_cannot_be_loaded_is_an_error(tmp_path, text, error):
    with pytest.raises(error):
        find_locations(listed(tmp_path, text))
