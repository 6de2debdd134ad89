"""Process of the probe: started with a clean environment, ended with all that it has started."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dagster_lineage.extract.probe.script.places import is_installed
from dagster_lineage.extract.probe.stray_processes import MARK, end_stray_processes

SCRIPT = Path(__file__).parent / "script"
"""The probe, a folder that any interpreter can run."""

ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    # Set by `dagster definitions validate`, for code locations that then call no service.
    "DAGSTER_IS_DEFS_VALIDATION_CLI": "1",
    # Lets `upstream(…)` return an unresolved key for a wrong name, which is reported as a finding.
    "LINEAGE_LOCKING": "1",
}

DUMP_AFTER = 0.8
"""Share of the timeout after which the stack is dumped, to report where a code location hangs."""
LONGEST_LINE = 400
"""Characters of the last line of standard error that are passed on."""

_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in ', re.MULTILINE)


def run_probe(
    interpreter: str,
    request: Mapping[str, object],
    answer: Path,
    working_directory: Path,
    *,
    timeout_s: float,
) -> str:
    """Let the probe write the answer to a request; return an error if it did not.

    Args:
        interpreter: Path of the interpreter.
        request: The code location to load.
        answer: File for the answer.
        working_directory: Folder in which the code location loads.
        timeout_s: Seconds after which the process is ended.
    """
    with tempfile.TemporaryDirectory(prefix="lineage-") as folder:
        scratch = Path(folder)
        stack = scratch / "stack.txt"
        stderr = scratch / "stderr.txt"
        request_file = scratch / "request.json"
        times = {"stack_file": str(stack), "dump_after_s": max(0.5, timeout_s * DUMP_AFTER)}
        request_file.write_text(json.dumps({**request, **times}), encoding="utf-8")
        command = [interpreter, str(SCRIPT), "--request", str(request_file)]
        with stderr.open("wb") as output:
            try:
                process = subprocess.Popen(
                    [*command, "--answer", str(answer)],
                    cwd=working_directory,
                    env=_environment(Path(interpreter), scratch),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=output,
                    start_new_session=True,
                )
            except OSError as error:
                return f"its interpreter {interpreter} cannot be started: {error.strerror}"
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            place = _waiting_place(stack, working_directory)
            waits = f"; it waits in {place}" if place else ""
            return f"it did not load within {timeout_s:g} s{waits}"
        finally:
            _end_group(process)
            end_stray_processes(scratch.name)
        if answer.is_file():
            return ""
        ended = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return ": ".join(
            filter(None, (f"its process ended with {ended} before it loaded", _last_line(stderr)))
        )


def _environment(interpreter: Path, scratch: Path) -> dict[str, str]:
    home = scratch / "dagster_home"
    home.mkdir()
    home.joinpath("dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    # The name of the scratch folder identifies this probe.
    environment = {**os.environ, **ENVIRONMENT, "DAGSTER_HOME": str(home), MARK: scratch.name}
    # Under `dagster dev`, dbt projects are parsed while they load.
    environment.pop("DAGSTER_IS_DEV_CLI", None)
    # As in the activated environment: `DbtCliResource` needs the `dbt` next to the interpreter.
    if (interpreter.parent.parent / "pyvenv.cfg").is_file():
        path = os.environ.get("PATH", os.defpath)
        environment["PATH"] = f"{interpreter.parent}{os.pathsep}{path}"
    return environment


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the probe and its process group, and wait for the probe."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _waiting_place(stack: Path, folder: Path) -> str:
    """Return `file:line` of the innermost frame of the main thread that is in no installed package.

    Args:
        stack: Output of `faulthandler.dump_traceback_later`; may be missing or empty.
        folder: Folder to which the place is relative.
    """
    if not stack.is_file():
        return ""
    # The main thread is the last one, each with its innermost frame first.
    main = stack.read_text(encoding="utf-8", errors="replace").rpartition("Thread 0x")[2]
    for frame in _FRAME.finditer(main):
        file = Path(frame["file"])
        if is_installed(frame["file"]) or SCRIPT in file.parents:
            continue
        relative = file.relative_to(folder).as_posix() if folder in file.parents else str(file)
        return f"{relative}:{frame['line']}"
    return ""


def _last_line(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(0, os.SEEK_END)
        opened.seek(max(0, opened.tell() - 8192))
        lines = opened.read().decode("utf-8", errors="replace").split("\n")
    written = [line.strip() for line in lines if line.strip()]
    return written[-1][:LONGEST_LINE] if written else ""
