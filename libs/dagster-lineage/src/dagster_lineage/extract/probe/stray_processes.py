"""Ends what a location started and took out of its process group: daemons, servers, workers."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

MARK = "LINEAGE_PROBE"
"""Variable that the probe and all that it starts inherit."""

PROCESSES = Path("/proc")
MOST_ROUNDS = 5
"""How often is looked again: what is being ended may just have started another one."""


def end_left_over(mark: str) -> None:
    """End the processes whose environment has this mark; without `/proc` none can be found.

    Args:
        mark: The value of `MARK`, of one probe alone.
    """
    entry = f"{MARK}={mark}".encode()
    for _ in range(MOST_ROUNDS):
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
    # Another user's cannot be read, and one that has ended has none.
    with contextlib.suppress(OSError):
        return (process / "environ").read_bytes().split(b"\0")
    return []
