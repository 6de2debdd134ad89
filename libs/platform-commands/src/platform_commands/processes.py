"""Child processes with everything that they start, and the signals that end the command."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import psutil

SHUTDOWN_SECONDS = 30
"""Time for a child to exit after SIGINT; Dagster then ends its own children one after the other."""
KILL_SECONDS = 5
"""Time for the remaining processes to exit after SIGTERM, before SIGKILL."""
TAIL_LINES = 20


class ChildProcess:
    """A process in its own session, with its output in a file.

    In its own session it does not receive the terminal's Ctrl-C, so the command decides the order
    of the shutdown. The session also identifies every process that it starts.
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
        """Start the process.

        Args:
            name: Name in messages.
            command: Program and arguments.
            log_file: File of its output; overwritten.
            environ: All its environment variables.
            folder: Its working directory.

        Raises:
            OSError: The program cannot be started.
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
        """Its exit code; None while it runs."""
        return self._process.poll()

    def tail(self) -> str:
        """Return the last lines of its output."""
        lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])

    def interrupt(self) -> None:
        """Send the signal of Ctrl-C."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGINT)

    def end(self, seconds: float) -> None:
        """Wait for its exit, then end the remaining processes of its session."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        for number in (signal.SIGTERM, signal.SIGKILL):
            remaining = self._session()
            for process in remaining:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            psutil.wait_procs(remaining, KILL_SECONDS)
        self._process.wait()

    def _session(self) -> list[psutil.Process]:
        members = []
        for process in psutil.process_iter():
            with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
                if os.getsid(process.pid) == self._process.pid:
                    members.append(process)
        return members


def end_all(children: Sequence[ChildProcess]) -> None:
    """Interrupt all children at once, then wait for each, the last started one first."""
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    for child in reversed(children):
        child.interrupt()
    for child in reversed(children):
        child.end(max(0.0, deadline - time.monotonic()))


class Interrupts:
    """SIGINT and SIGTERM within a context: the first is recorded, the second interrupts at once."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        """The first signal, if there was one."""
        self._handlers: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._record)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _record(self, number: int, _frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = signal.Signals(number)
