"""Entries of a `workspace.yaml` of every kind, and error messages for wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_lineage.extract.workspace import (
    GrpcAddress,
    LocationNameTaken,
    WorkspaceEntryWrong,
    WorkspaceError,
    WorkspaceMissing,
    WorkspaceUnreadable,
    find_locations,
)

EVERY_KIND = """
load_from:
  - python_module: plain.definitions
  - python_module:
      module_name: full.definitions
      attribute: defs
      working_directory: projects/full
      executable_path: projects/full/.venv/bin/python
  - python_file: repo.py
  - python_file:
      relative_path: jobs/../repo.py
      attribute: nightly
  - python_package: a_package
  - autoload_defs_module: auto.defs
  - grpc_server:
      host: code.internal
      port: 4266
  - grpc_server:
      socket: /run/dagster.sock
      location_name: by_socket
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "workspace.yaml"


def test_entries_of_every_kind_have_the_names_that_dagster_gives_them(file: Path):
    file.write_text(EVERY_KIND)
    entries = find_locations(file)
    from dagster._core.workspace.load import location_origins_from_yaml_paths

    assert [entry.name for entry in entries] == [
        origin.location_name for origin in location_origins_from_yaml_paths([str(file)])
    ]
    lines = EVERY_KIND.splitlines()
    assert [lines[entry.line - 1][:4] for entry in entries] == ["  - "] * 8
    plain, full, repo, nightly, package, auto, grpc, by_socket = entries
    assert (plain.kind, plain.code) == ("python_module", "plain.definitions")
    assert (plain.working_directory, plain.on_path) == (file.parent, False)
    assert full.working_directory == file.parent / "projects/full"
    assert full.on_path
    assert full.executable == str(file.parent / "projects/full/.venv/bin/python")
    assert (repo.python_file, repo.on_path) == (file.parent / "repo.py", False)
    assert (nightly.python_file, nightly.attribute) == (file.parent / "repo.py", "nightly")
    assert nightly.on_path
    assert (package.kind, package.code) == ("python_package", "a_package")
    assert (auto.kind, auto.code) == ("autoload_defs_module", "auto.defs")
    assert grpc.grpc == GrpcAddress("code.internal", 4266)
    assert by_socket.grpc == GrpcAddress("localhost", None, "/run/dagster.sock")


def test_interpreter_without_a_folder_is_searched_on_path(file: Path):
    file.write_text("load_from:\n- python_module: {module_name: a, executable_path: python3.11}\n")
    assert find_locations(file)[0].executable == "python3.11"


def test_environment_variable_is_read_and_an_unset_one_is_reported(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CODE_HOST", "h1")
    monkeypatch.delenv("CODE_PORT", raising=False)
    file.write_text("load_from:\n- grpc_server: {host: {env: CODE_HOST}, port: {env: CODE_PORT}}\n")
    (entry,) = find_locations(file)
    assert entry.grpc
    assert entry.grpc.host == "h1"
    assert entry.problem == (
        f"{file}:2: `port` is the environment variable CODE_PORT, which is not set"
    )


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("load_from: [", WorkspaceUnreadable, "is not YAML"),
        ("- python_module: a", WorkspaceUnreadable, "must be a mapping"),
        ("load_form: []", WorkspaceEntryWrong, "unknown field 'load_form'"),
        ("load_from: {python_module: a}", WorkspaceEntryWrong, "must be a list"),
        ("load_from:\n- python_modul: a", WorkspaceEntryWrong, ":2: an entry is exactly one of"),
        (
            "load_from:\n- python_module: {module: a}",
            WorkspaceEntryWrong,
            ":2: `python_module`: Object contains unknown field `module`. Its fields are attribute",
        ),
        (
            "load_from:\n- python_file: {attribute: a}",
            WorkspaceEntryWrong,
            ":2: `python_file` needs `relative_path`",
        ),
        (
            "load_from:\n- grpc_server: {host: a}",
            WorkspaceEntryWrong,
            "needs either `port` or `socket`",
        ),
        (
            "load_from:\n- python_module: [a]",
            WorkspaceEntryWrong,
            ":2: `python_module`: Expected `object`, got `array`",
        ),
        (
            "load_from:\n- python_module: a\n- python_module: {module_name: b, location_name: a}",
            LocationNameTaken,
            "two code locations are named 'a' (a and b)",
        ),
        ("load_from: []", WorkspaceMissing, "lists no code location"),
    ],
)
def test_wrong_file_is_reported_with_line_and_fix(
    file: Path, text: str, kind: type[WorkspaceError], part: str
):
    file.write_text(text)
    with pytest.raises(kind) as error:
        find_locations(file)
    assert part in str(error.value)
    assert str(file) in str(error.value)


def test_missing_file_is_reported_with_its_path(tmp_path: Path):
    with pytest.raises(WorkspaceMissing, match=r"nowhere\.yaml does not exist"):
        find_locations(tmp_path / "nowhere.yaml")


def test_folder_without_a_workspace_is_an_error(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(WorkspaceMissing, match="Name the file with --workspace"):
        find_locations(tmp_path)
