"""Processes that a code location started outside of its process group, such as daemons."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

MARK = "LINEAGE_PROBE"
"""Environment variable that the probe and the processes that it starts inherit."""

PROCESSES = Path("/proc")
MAX_ROUNDS = 5
"""How often processes are searched: one that is ended may have started another one before."""


def end_stray_processes(mark: str) -> None:
    """End the processes with a mark in their environment. Without `/proc` none are found.

    Args:
        mark: Value of `MARK`, unique to one probe.
    """
    entry = f"{MARK}={mark}".encode()
    for _ in range(MAX_ROUNDS):
        found = [process for process in _processes() if entry in _environment(process)]
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(int(process.name), signal.SIGKILL)
        if not found:
            return


def _processes() -> list[Path]:
    with contextlib.suppress(OSError):
        return [one for one in PROCESSES.iterdir() if one.name.isdigit()]
    return []


def _environment(process: Path) -> list[bytes]:
    # That of another user cannot be read, and a process that has ended has none.
    with contextlib.suppress(OSError):
        return (process / "environ").read_bytes().split(b"\0")
    return []
