"""Child processes that end whole: each with everything that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

ORDERLY_SECONDS = 30
"""How long a child may take to end after SIGINT: Dagster then ends its own children in turn."""
TERM_SECONDS = 5
"""How long what is left may take after SIGTERM, before it is killed."""
TAIL_LINES = 20


class Child:
    """A process in a session of its own, which prints to a file.

    The session keeps the terminal's Ctrl-C away, so that the one who started it decides the order
    of the end; and it marks all that the process starts, however deep.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log_file: Path,
        environ: Mapping[str, str],
        folder: Path,
    ) -> None:
        """Start it.

        Args:
            name: What it is called in messages.
            command: Program and arguments.
            log_file: What it prints goes there; what was there before is dropped.
            environ: Its environment variables, all of them.
            folder: Its working directory.

        Raises:
            OSError: the program cannot be started.
        """
        self.name = name
        self.log_file = log_file
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                cwd=folder,
                start_new_session=True,
            )

    @property
    def exit_code(self) -> int | None:
        """None as long as it runs."""
        return self._process.poll()

    def tail(self) -> str:
        """The last lines that it has printed."""
        lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])

    def ask_to_end(self) -> None:
        """Send what Ctrl-C would."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGINT)

    def end(self, *, seconds: float = ORDERLY_SECONDS) -> None:
        """Wait for its end, then end by force what is left of its session, and wait for that."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        for number, patience in ((signal.SIGTERM, TERM_SECONDS), (signal.SIGKILL, TERM_SECONDS)):
            left = self._members()
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            psutil.wait_procs(left, patience)
        self._process.wait()

    def _members(self) -> list[psutil.Process]:
        members = []
        for process in psutil.process_iter():
            with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
                if os.getsid(process.pid) == self._process.pid:
                    members.append(process)
        return members


def end_all(children: Sequence[Child]) -> None:
    """End children, the last started first; all are asked at once, so that it takes one wait."""
    deadline = time.monotonic() + ORDERLY_SECONDS
    for child in reversed(children):
        child.ask_to_end()
    for child in reversed(children):
        child.end(seconds=max(0.0, deadline - time.monotonic()))
