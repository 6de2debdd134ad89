"""Asks code locations what they make and read, each in a process that can harm nobody else's."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import msgspec

from dagster_lineage.extract.probe.answer import LocationFacts
from dagster_lineage.extract.probe.hang import where_it_waits
from dagster_lineage.extract.probe.stray_processes import MARK, end_left_over
from dagster_lineage.extract.workspace import LocationEntry

PROBE = Path(__file__).parent / "script"
"""Run as a folder, by whichever interpreter the location has."""

LOADS_WITHIN_S = 180.0
"""Seconds that a location may take: Dagster itself gives up after so many."""

ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    # What `dagster definitions validate` sets, for locations that then ask no service.
    "DAGSTER_IS_DEFS_VALIDATION_CLI": "1",
    # A wrong name in `upstream(…)` is then an edge to nothing, told as every other one.
    "LINEAGE_LOCKING": "1",
}

LONGEST_LINE = 400
"""Characters of a process's last words that are passed on."""


class InterpreterMissing(Exception):
    """A location's interpreter is not there."""


def ask_all(
    entries: Iterable[LocationEntry],
    *,
    keep_in: Path,
    python: str | None = None,
    timeout_s: float = LOADS_WITHIN_S,
    answered: Callable[[str], None] = lambda _: None,
) -> tuple[LocationFacts, ...]:
    """Ask several locations, as many at a time as there are processors.

    Args:
        entries: From `workspace.find_locations`.
        keep_in: As for `ask`.
        python: As for `ask`.
        timeout_s: As for `ask`, for each.
        answered: Called with the name of each location as soon as it is through.

    Returns:
        In the order of the entries; a location that does not load has its `error`.
    """

    def asked(entry: LocationEntry) -> LocationFacts:
        facts = ask(entry, keep_in=keep_in, python=python, timeout_s=timeout_s)
        answered(entry.name)
        return facts

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return tuple(pool.map(asked, entries))


def ask(
    entry: LocationEntry,
    *,
    keep_in: Path,
    python: str | None = None,
    timeout_s: float = LOADS_WITHIN_S,
) -> LocationFacts:
    """What a code location says of itself, or why it cannot be asked.

    It is loaded in a process of its own, which is ended afterwards with all that it has started,
    with no standard output, a `DAGSTER_HOME` of its own and no telemetry: it may print, write to
    its working directory, start threads, processes and daemons, exit or hang.

    Args:
        entry: Which location.
        keep_in: Existing folder in which copies of dbt manifests stay that are in no file; the
            facts name them, and whoever uses the facts removes them.
        python: Interpreter for a location that names none, or one that does not exist. Without it:
            this one for the former, an error for the latter.
        timeout_s: Seconds after which it is taken to hang.

    Returns:
        Its facts. Nothing is raised for a location that does not load: `error` says why, in its
        own words and with its own line, and the others can go on.
    """
    folder = entry.python_file.parent if entry.python_file else entry.working_directory
    unreadable = _reason_not_to_try(entry)
    try:
        interpreter = _interpreter(entry, python)
    except InterpreterMissing as missing:
        unreadable = unreadable or str(missing)
        interpreter = ""
    if unreadable:
        return LocationFacts(name=entry.name, folder=str(folder), error=unreadable)
    kept = Path(tempfile.mkdtemp(prefix="location-", dir=keep_in))
    with tempfile.TemporaryDirectory(prefix="lineage-") as scratch:
        error = _run(entry, interpreter, kept, Path(scratch), timeout_s)
    answer = kept / "answer.json"
    if not error:
        try:
            return msgspec.json.decode(answer.read_bytes(), type=LocationFacts)
        except (OSError, msgspec.DecodeError) as wrong:
            error = f"its answer cannot be read: {wrong}"
    return LocationFacts(name=entry.name, folder=str(folder), error=error)


def _reason_not_to_try(entry: LocationEntry) -> str:
    if entry.problem:
        return entry.problem
    if not entry.working_directory.is_dir():
        return f"its working directory {entry.working_directory} does not exist"
    if entry.python_file and not entry.python_file.is_file():
        return f"its file {entry.python_file} does not exist"
    return ""


def _interpreter(entry: LocationEntry, python: str | None) -> str:
    """The location's own interpreter, else the one asked for, else this one.

    Raises:
        InterpreterMissing: its own is not there and none was asked for, or that is not either.
    """
    wanted = entry.executable or python or sys.executable
    found = shutil.which(wanted)
    if found is None and python and wanted != python:
        wanted, found = python, shutil.which(python)
    if found is None:
        raise InterpreterMissing(
            f"its interpreter {wanted} does not exist: make its environment, or name another "
            "interpreter to ask it with (--python)"
        )
    # Not resolved: what a virtual environment's python links to lacks the environment.
    return os.path.abspath(found)  # noqa: PTH100


def _run(
    entry: LocationEntry, interpreter: str, kept: Path, scratch: Path, timeout_s: float
) -> str:
    """Let the probe write `answer.json`; empty, or why it did not."""
    home = scratch / "dagster_home"
    home.mkdir()
    home.joinpath("dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    waiting = scratch / "waiting.txt"
    request = scratch / "request.json"
    request.write_text(json.dumps(_request(entry, waiting, timeout_s)), encoding="utf-8")
    # The scratch folder's name is nobody else's.
    environment = {**os.environ, **ENVIRONMENT, "DAGSTER_HOME": str(home), MARK: scratch.name}
    environment["PATH"] = _path(Path(interpreter), os.environ.get("PATH", os.defpath))
    # Under `dagster dev` dbt projects are parsed while they are loaded.
    environment.pop("DAGSTER_IS_DEV_CLI", None)
    last_words = scratch / "stderr.txt"
    command = [interpreter, str(PROBE), "--request", str(request)]
    with last_words.open("wb") as stderr:
        try:
            process = subprocess.Popen(
                [*command, "--answer", str(kept / "answer.json")],
                cwd=entry.working_directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            return f"its interpreter {interpreter} cannot be started: {error.strerror}"
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        place = where_it_waits(waiting, entry.working_directory)
        return (
            f"it has not loaded within {timeout_s:g} s{f'; it waits in {place}' if place else ''}"
        )
    finally:
        _end_group(process)
        end_left_over(scratch.name)
    if (kept / "answer.json").is_file():
        return ""
    told = _last_line(last_words)
    ended = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"its process ended with {ended} before it was loaded{f': {told}' if told else ''}"


def _path(interpreter: Path, path: str) -> str:
    """`PATH` as in the interpreter's activated environment.

    `DbtCliResource` refuses to be made where it finds no `dbt`; a location's own lies beside its
    interpreter, which nobody has to activate in order to ask it.
    """
    folder = interpreter.parent
    return f"{folder}{os.pathsep}{path}" if (folder.parent / "pyvenv.cfg").is_file() else path


def _request(entry: LocationEntry, waiting: Path, timeout_s: float) -> dict[str, object]:
    return {
        "name": entry.name,
        "module": entry.module,
        "python_file": str(entry.python_file or ""),
        "package": entry.package,
        "autoload_module": entry.autoload_module,
        "attribute": entry.attribute,
        "grpc": asdict(entry.grpc) if entry.grpc else None,
        "working_directory": str(entry.working_directory),
        "import_from": str(entry.working_directory) if entry.on_path else "",
        "waiting_in": str(waiting),
        # Told a little before the end.
        "patience_s": max(0.5, timeout_s * 0.8),
    }


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the probe and whatever it has started, and wait for the probe."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_line(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(0, os.SEEK_END)
        opened.seek(max(0, opened.tell() - 8192))
        lines = opened.read().decode("utf-8", errors="replace").split("\n")
    told = [line.strip() for line in lines if line.strip()]
    return told[-1][:LONGEST_LINE] if told else ""
