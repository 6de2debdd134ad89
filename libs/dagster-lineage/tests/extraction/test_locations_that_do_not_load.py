"""Locations that raise, exit, hang or cannot be started: each says why, and the others go on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dagster_lineage.extract.probe.answer import LocationFacts
from dagster_lineage.extract.probe.process import ask, ask_all
from dagster_lineage.extract.workspace import find_locations

CODE = {
    "raises": (
        "import settings_of_it\n"
        "\n"
        "def connect():\n"
        "    raise ValueError('no route to postgresql://me:hunter2@db/x')\n"
        "connect()\n"
    ),
    "dies": "import os\nos._exit(3)\n",
    "hangs": (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
        "open('child.pid', 'w').write(str(child.pid))\n"
        "def wait():\n"
        "    time.sleep(1000)\n"
        "wait()\n"
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "settings_of_it.py").write_text("")
    for name, code in CODE.items():
        (folder / f"{name}.py").write_text(code)
    entries = [
        f"- python_file: {{relative_path: {name}.py, location_name: {name}}}" for name in CODE
    ]
    entries += [
        "- python_module: {module_name: a, location_name: no_python, executable_path: env/python}",
        "- python_module: {module_name: a, location_name: no_folder, working_directory: nowhere}",
        "- python_module: {module_name: a, location_name: refuses, executable_path: /bin/false}",
        "- python_file: {relative_path: none.py, location_name: no_file}",
        "- grpc_server: {host: 127.0.0.1, port: 1, location_name: server}",
    ]
    (folder / "workspace.yaml").write_text("\n".join(["load_from:", *entries]))
    return folder


@pytest.fixture(scope="module")
def answers(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, LocationFacts]:
    # Long enough to import Dagster on a busy machine and to come to where one of them hangs.
    found = ask_all(find_locations(folder), keep_in=tmp_path_factory.mktemp("kept"), timeout_s=12)
    return {location.name: location for location in found}


def test_an_error_is_told_in_the_locations_own_words_and_line(answers: dict[str, LocationFacts]):
    assert answers["raises"].error == (
        "ValueError: no route to postgresql://***@db/x (raises.py:4)"
    )
    assert answers["raises"].assets == ()


def test_a_process_that_ends_itself_is_told_with_its_exit_code(answers: dict[str, LocationFacts]):
    assert answers["dies"].error == "its process ended with exit code 3 before it was loaded"


def test_a_location_that_hangs_is_ended_with_its_children(
    answers: dict[str, LocationFacts], folder: Path
):
    assert answers["hangs"].error == "it has not loaded within 12 s; it waits in hangs.py:5"
    child = Path("/proc") / (folder / "child.pid").read_text()
    deadline = time.monotonic() + 10
    # Gone, or dead and not yet collected by its new parent.
    while child.exists() and "\nState:\tZ" not in (child / "status").read_text():
        assert time.monotonic() < deadline, "the child that it started still runs"
        os.sched_yield()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("no_python", "env/python does not exist: make its environment, or name another"),
        ("no_folder", "nowhere does not exist"),
        ("refuses", "its process ended with exit code 1 before it was loaded"),
        ("no_file", "none.py does not exist"),
        ("server", "only as a running server, and none answers at 127.0.0.1:1; start it"),
    ],
)
def test_a_location_that_cannot_be_started_is_told_with_the_reason(
    answers: dict[str, LocationFacts], name: str, told: str
):
    assert told in answers[name].error


def test_the_interpreter_asked_for_does_not_replace_one_that_exists(folder: Path, tmp_path: Path):
    entry = next(one for one in find_locations(folder) if one.name == "refuses")
    answer = ask(entry, keep_in=tmp_path, python="/bin/true", timeout_s=10)
    assert "exit code 1" in answer.error  # of /bin/false, its own
