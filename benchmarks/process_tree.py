"""Cost of a command with all processes that it starts: wall and CPU seconds, peak memory."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_S = 1.0


@dataclass(frozen=True)
class Cost:
    """Cost of a command with all of its descendants."""

    wall_s: float
    cpu_s: float
    """User and system time, including processes that outlive their parents."""
    peak_mib: float
    """Maximum of the summed proportional set sizes of all processes, sampled each second."""
    returncode: int


def cost_of(command: list[str], *, env: dict[str, str], cwd: Path, log: Path) -> Cost:
    """Run a command to its end and return the cost, including processes that it leaves behind.

    Args:
        command: Program and arguments.
        env: The complete environment.
        cwd: Working directory.
        log: File of its output.
    """
    receive, send = os.pipe()
    reaper = os.fork()
    if reaper == 0:
        os.close(receive)
        os.write(send, repr(_measure(command, env, cwd, log)).encode())
        os._exit(0)
    os.close(send)
    with os.fdopen(receive) as pipe:
        text = pipe.read()
    os.waitpid(reaper, 0)
    wall, cpu, peak, code = (float(number) for number in text.strip("()").split(","))
    return Cost(wall, cpu, peak, int(code))


def _measure(
    command: list[str], env: dict[str, str], cwd: Path, log: Path
) -> tuple[float, float, float, int]:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    with log.open("ab") as output:
        child = subprocess.Popen(command, env=env, cwd=cwd, stdout=output, stderr=output)
    peaks, done = [0.0], threading.Event()
    sampler = threading.Thread(target=_sample, args=(os.getpid(), peaks, done))
    sampler.start()
    code = child.wait()
    wall = time.perf_counter() - begin
    done.set()
    sampler.join()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, peaks[0], code


def _sample(root: int, peaks: list[float], done: threading.Event) -> None:
    import psutil  # noqa: PLC0415 - after the fork

    process = psutil.Process(root)
    while not done.wait(SAMPLE_S):
        total = 0
        for descendant in process.children(recursive=True):
            try:
                total += descendant.memory_full_info().pss
            except psutil.Error:
                continue
        peaks[0] = max(peaks[0], total / 2**20)
