"""Facts of code locations: each is loaded by the probe, in its own interpreter and process."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import msgspec

from dagster_lineage.extract.probe.answer import LocationFacts
from dagster_lineage.extract.probe.process import run_probe
from dagster_lineage.extract.workspace import LocationEntry

TIMEOUT_S = 180.0
"""Seconds that a code location may take to load, the same as in Dagster."""


class InterpreterMissing(Exception):
    """The interpreter of a code location does not exist."""


def inspect_locations(
    entries: Iterable[LocationEntry],
    *,
    copies: Path,
    python: str | None = None,
    timeout_s: float = TIMEOUT_S,
    finished: Callable[[str], None] = lambda _: None,
) -> tuple[LocationFacts, ...]:
    """Return the facts of several code locations, loading as many at a time as there are CPUs.

    Args:
        entries: Code locations, from `workspace.find_locations`.
        copies: See `inspect_location`.
        python: See `inspect_location`.
        timeout_s: See `inspect_location`.
        finished: Called with the name of each code location after it has loaded or failed.

    Returns:
        Facts in the order of the entries.
    """

    def inspect(entry: LocationEntry) -> LocationFacts:
        facts = inspect_location(entry, copies=copies, python=python, timeout_s=timeout_s)
        finished(entry.name)
        return facts

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return tuple(pool.map(inspect, entries))


def inspect_location(
    entry: LocationEntry,
    *,
    copies: Path,
    python: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> LocationFacts:
    """Return the facts of a code location, or the error with which it does not load.

    The code location loads in a separate process without standard output and telemetry, and with
    an empty `DAGSTER_HOME`. It may print, write to its working directory, start threads, processes
    and daemons, exit or hang: the process and everything it has started are ended afterwards.

    Args:
        entry: The code location.
        copies: Existing folder for copies of dbt manifests that are in no file. The facts refer to
            them; the caller removes them.
        python: Interpreter for a code location without one, or whose interpreter does not exist.
            Without it, the former uses this interpreter and the latter is an error.
        timeout_s: Seconds after which loading is canceled.
    """
    folder = entry.python_file.parent if entry.python_file else entry.working_directory
    error = _problem(entry)
    if not error:
        try:
            interpreter = _interpreter(entry, python)
        except InterpreterMissing as missing:
            error = str(missing)
    if not error:
        answer = Path(tempfile.mkdtemp(prefix="location-", dir=copies)) / "answer.json"
        error = run_probe(
            interpreter, _request(entry), answer, entry.working_directory, timeout_s=timeout_s
        )
    if not error:
        try:
            return msgspec.json.decode(answer.read_bytes(), type=LocationFacts)
        except (OSError, msgspec.DecodeError) as wrong:
            error = f"the answer of the probe cannot be read: {wrong}"
    return LocationFacts(name=entry.name, folder=str(folder), error=error)


def _problem(entry: LocationEntry) -> str:
    """Return why a code location cannot be loaded as the workspace lists it, or an empty text."""
    if entry.problem:
        return entry.problem
    if not entry.working_directory.is_dir():
        return f"its working directory {entry.working_directory} does not exist"
    if entry.python_file and not entry.python_file.is_file():
        return f"its file {entry.python_file} does not exist"
    return ""


def _interpreter(entry: LocationEntry, python: str | None) -> str:
    """Return the path of the code location's interpreter, of `python`, or of this interpreter.

    Raises:
        InterpreterMissing: none of the first two exists, although one is named.
    """
    wanted = entry.executable or python or sys.executable
    found = shutil.which(wanted) or (shutil.which(python) if python else None)
    if found is None:
        raise InterpreterMissing(
            f"its interpreter {python or wanted} does not exist: create its environment, or name "
            "another interpreter with --python"
        )
    # Links are kept: the file behind the python of a virtual environment is outside of it.
    return os.path.abspath(found)  # noqa: PTH100


def _request(entry: LocationEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "code": entry.code,
        "attribute": entry.attribute,
        "grpc": asdict(entry.grpc) if entry.grpc else None,
        "working_directory": str(entry.working_directory),
        "workspace": str(entry.listed_in.parent),
        "import_from": str(entry.working_directory) if entry.on_path else "",
    }
