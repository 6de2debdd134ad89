"""Code locations that raise, exit, hang or cannot be started, each with its own error."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dagster_lineage.extract.probe.answer import LocationFacts
from dagster_lineage.extract.probe.inspection import inspect_location, inspect_locations
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
def facts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, LocationFacts]:
    # Long enough to import Dagster on a busy machine and to reach the line that hangs.
    copies = tmp_path_factory.mktemp("copies")
    found = inspect_locations(find_locations(folder), copies=copies, timeout_s=12)
    return {location.name: location for location in found}


def test_error_is_reported_with_the_text_and_line_of_the_code_location(
    facts: dict[str, LocationFacts],
):
    assert facts["raises"].error == ("ValueError: no route to postgresql://***@db/x (raises.py:4)")
    assert facts["raises"].assets == ()


def test_process_that_ends_is_reported_with_its_exit_code(facts: dict[str, LocationFacts]):
    assert facts["dies"].error == "its process ended with exit code 3 before it loaded"


def test_code_location_that_hangs_is_ended_with_its_children(
    facts: dict[str, LocationFacts], folder: Path
):
    assert facts["hangs"].error == "it did not load within 12 s; it waits in hangs.py:5"
    child = Path("/proc") / (folder / "child.pid").read_text()
    deadline = time.monotonic() + 10
    # Gone, or ended and not yet reaped by its new parent.
    while child.exists() and "\nState:\tZ" not in (child / "status").read_text():
        assert time.monotonic() < deadline, "the child process still runs"
        os.sched_yield()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("no_python", "env/python does not exist: create its environment, or name another"),
        ("no_folder", "nowhere does not exist"),
        ("refuses", "its process ended with exit code 1 before it loaded"),
        ("no_file", "none.py does not exist"),
        ("server", "as a running server, but none answers at 127.0.0.1:1. Start it"),
    ],
)
def test_code_location_that_cannot_be_started_is_reported_with_the_reason(
    facts: dict[str, LocationFacts], name: str, part: str
):
    assert part in facts[name].error


def test_named_interpreter_does_not_replace_one_that_exists(folder: Path, tmp_path: Path):
    entry = next(one for one in find_locations(folder) if one.name == "refuses")
    facts = inspect_location(entry, copies=tmp_path, python="/bin/true", timeout_s=10)
    assert "exit code 1" in facts.error  # of the entry's interpreter, /bin/false
