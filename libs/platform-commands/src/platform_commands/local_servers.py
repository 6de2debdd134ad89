"""The local servers of `platform dev`, each started when the one before is ready."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from environment import Environment
from platform_commands.errors import InvalidSettings, ServiceFailed
from platform_commands.processes import ChildProcess, Interrupts
from platform_commands.settings import Service

LOOPBACK = "127.0.0.1"
SERVICE_SECONDS = 120
"""Time for a server to start; the demo shop creates its data at its first start."""
ANSWER_SECONDS = 10
POLL_SECONDS = 0.3
SERVER_ERROR = 500
http = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""HTTP without a proxy: proxies in the environment are for other machines."""


class LocalServers:
    """Running servers, and the environment variables for the next one."""

    def __init__(
        self, environment: Environment, root: Path, console: Console, interrupts: Interrupts
    ) -> None:
        self.children: list[ChildProcess] = []
        self._console = console
        self._interrupts = interrupts
        self._root = root
        self._logs_dir = environment.logs_dir
        self._environ = dict(os.environ)
        self._placeholders = {
            "python": sys.executable,
            "data_dir": str(environment.data_dir),
            "environment_dir": str(environment.folder),
            "fivetran_dir": str(environment.fivetran_dir),
            "outside_dir": str(environment.outside_dir),
        }

    def start(self, services: Sequence[Service]) -> bool:
        """Start services and wait for each; False after a signal.

        Raises:
            ServiceFailed: A service cannot be started, has exited or does not answer in time.
            InvalidSettings: A placeholder in its settings is unknown.
        """
        for service in services:
            configured = [name for name in service.unless if self._environ.get(name)]
            if configured:
                self._console.print(f"{service.name:16} not started: {configured[0]} is set")
                continue
            port = free_port()
            url = f"http://{LOOPBACK}:{port}"
            values = {**self._placeholders, "port": str(port), "url": url}
            self.spawn(service.name, [_filled(part, values, service) for part in service.command])
            if not self.wait(partial(_answers, url + service.ready), SERVICE_SECONDS):
                return False
            for name, text in service.sets.items():
                self._environ[name] = _filled(text, values, service)
            self._placeholders[service.name] = url
            self._console.print(f"{service.name:16} {url}")
        return True

    def spawn(self, name: str, command: Sequence[str]) -> None:
        """Start a process in the folder of the repository.

        Raises:
            ServiceFailed: The program does not exist or cannot be executed.
        """
        log_file = self._logs_dir / f"{name}.log"
        try:
            child = ChildProcess(
                name, command, log_file=log_file, environ=self._environ, folder=self._root
            )
        except OSError as error:
            raise ServiceFailed(
                f"{name} cannot be started: {command[0]}: {error.strerror}. "
                "Install it: make install"
            ) from error
        self.children.append(child)

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until the last process is ready; False after a signal.

        Raises:
            ServiceFailed: A process has exited, or the last one is not ready in time.
        """
        deadline = time.monotonic() + seconds
        while self._interrupts.received is None:
            self.check_alive()
            if condition():
                return True
            if time.monotonic() > deadline:
                late = self.children[-1]
                raise ServiceFailed(
                    f"{late.name} does not answer after {seconds:.0f} s. "
                    f"The end of its log, {late.log_file}:\n{late.tail()}"
                )
            time.sleep(POLL_SECONDS)
        return False

    def check_alive(self) -> None:
        """Raise `ServiceFailed` if a process has exited."""
        for child in self.children:
            if child.exit_code is not None:
                raise ServiceFailed(
                    f"{child.name} exited with code {child.exit_code}. "
                    f"The end of its log, {child.log_file}:\n{child.tail()}"
                )


def free_port(preferred: int = 0) -> int:
    """Return a free port on this machine, the preferred one if it is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailed(f"No port is free on {LOOPBACK}. End processes that listen there.")


def _answers(url: str) -> bool:
    """Whether a server answers with a status below 500."""
    try:
        with http.open(url, timeout=ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < SERVER_ERROR
    except OSError:
        return False


def _filled(text: str, values: Mapping[str, str], service: Service) -> str:
    try:
        return text.format_map(values)
    except (KeyError, ValueError, IndexError) as error:
        known = ", ".join("{" + name + "}" for name in sorted(values))
        raise InvalidSettings(
            f"[tool.platform.dev] service {service.name}: {text!r} contains an unknown "
            f"placeholder. Known placeholders: {known}."
        ) from error
