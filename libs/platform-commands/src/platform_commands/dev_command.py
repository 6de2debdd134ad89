"""`platform dev`: Dagster's UI over all code locations, and the local servers that they need."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rich.console import Console
from rich.text import Text

from platform_commands.display import new_console
from platform_commands.errors import Misuse, ServiceFailed, SettingsWrong
from platform_commands.home import Home, prepare_home
from platform_commands.http_ready import LOOPBACK, answers, free_port, graphql
from platform_commands.interrupts import Interrupts
from platform_commands.processes import Child, end_all
from platform_commands.settings import Service, read_settings

UI = "dagster"
UI_PORT = 3000
SERVICE_SECONDS = 120
"""How long a local server may take: the demo shop makes its data when it is first started."""
UI_SECONDS = 300
"""How long the UI may take until all code locations have loaded."""
POLL_SECONDS = 0.3
_LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries {
    name loadStatus
    locationOrLoadError { ... on PythonError { message errorChain { error { message } } } }
} } } }
"""


def dev(*, port: int | None) -> int:
    """Start the local servers and `dagster dev`, say where they are, and end all of it on Ctrl-C.

    Args:
        port: Of the UI; None: 3000, or a free one.

    Returns:
        0 after Ctrl-C or SIGTERM.

    Raises:
        ServiceFailed: one of them did not start, or ended by itself; the others are ended too.
        Misuse: the port is taken.
    """
    console, home = new_console(), prepare_home()
    children: list[Child] = []
    with Interrupts() as interrupts:
        try:
            _start(console, home, children, interrupts, port)
            while interrupts.asked is None:
                _check_alive(children)
                time.sleep(POLL_SECONDS)
        finally:
            console.print("Stopping …")
            end_all(children)
            if any(child.name == UI for child in children):
                _end_orphans(console)
    console.print("All stopped.")
    return 0


def _start(
    console: Console,
    home: Home,
    children: list[Child],
    interrupts: Interrupts,
    port: int | None,
) -> None:
    environ = dict(os.environ)
    known = _places(home)
    waiting = _Waiting(children, interrupts)
    for service in read_settings(home.root).dev.services:
        given = [name for name in service.unless if environ.get(name)]
        if given:
            console.print(f"{service.name:16} not started: {given[0]} is set")
            continue
        service_port = free_port()
        url = f"http://{LOOPBACK}:{service_port}"
        words = {**known, "port": str(service_port), "url": url}
        command = [_filled(part, words, service) for part in service.command]
        children.append(_child(service.name, command, home, environ))
        if not waiting.until(partial(answers, url + service.ready), SERVICE_SECONDS):
            return
        environ.update({name: _filled(text, words, service) for name, text in service.sets.items()})
        known[service.name] = url
        console.print(f"{service.name:16} {url}")
    _start_ui(console, home, environ, waiting, port)


def _start_ui(
    console: Console, home: Home, environ: Mapping[str, str], waiting: _Waiting, port: int | None
) -> None:
    ui_port = free_port(port or UI_PORT)
    if port is not None and ui_port != port:
        raise Misuse(f"The port {port} is taken. Leave --port out, or name another.")
    command = [sys.executable, "-m", "dagster", "dev", "--workspace", str(home.workspace_file)]
    command += ["--host", LOOPBACK, "--port", str(ui_port)]
    waiting.children.append(_child(UI, command, home, environ))
    console.print(f"Loading the code locations of {home.workspace_file} …", soft_wrap=True)
    url = f"http://{LOOPBACK}:{ui_port}"
    if waiting.until(lambda: _loaded(url) is not None, UI_SECONDS):
        for name, error in (_loaded(url) or {}).items():
            if error:
                console.print(Text(f"{name} does not load: {error}", "red"))
        console.print(f"[bold]{'Dagster':16} {url}[/bold]")
        console.print(f"{'logs':16} {home.environment.logs_dir}", soft_wrap=True)
        console.print("Ctrl-C stops all of it.")


class _Waiting:
    """Waits for something while all children have to stay alive."""

    def __init__(self, children: list[Child], interrupts: Interrupts) -> None:
        self.children = children
        self._interrupts = interrupts

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for the condition; False if Ctrl-C came first."""
        deadline = time.monotonic() + seconds
        while self._interrupts.asked is None:
            _check_alive(self.children)
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


def _check_alive(children: list[Child]) -> None:
    for child in children:
        if child.exit_code is not None:
            raise ServiceFailed(
                f"{child.name} ended by itself, with exit code {child.exit_code}. "
                f"The end of its log, {child.log_file}:\n{child.tail()}"
            )


def _loaded(url: str) -> dict[str, str] | None:
    """The code locations, each with what is wrong with it; None while one still loads."""
    try:
        entries = graphql(url, _LOCATIONS)["workspaceOrError"]["locationEntries"]
    except (OSError, ValueError, KeyError):
        return None
    if not entries or any(entry["loadStatus"] != "LOADED" for entry in entries):
        return None
    return {entry["name"]: _load_error(entry["locationOrLoadError"]) for entry in entries}


def _load_error(answer: Mapping[str, Any] | None) -> str:
    if not answer or "message" not in answer:
        return ""
    chain = [link["error"]["message"] for link in answer["errorChain"]]
    return " ".join((chain or [answer["message"]])[-1].split())


def _child(name: str, command: list[str], home: Home, environ: Mapping[str, str]) -> Child:
    try:
        return Child(
            name,
            command,
            log_file=home.environment.logs_dir / f"{name}.log",
            environ=environ,
            folder=home.root,
        )
    except OSError as error:
        raise ServiceFailed(
            f"{name} cannot be started: {command[0]}: {error.strerror}. Install it: make install"
        ) from error


def _places(home: Home) -> dict[str, str]:
    environment = home.environment
    return {
        "python": sys.executable,
        "data_dir": str(environment.data_dir),
        "environment_dir": str(environment.folder),
        "fivetran_dir": str(environment.fivetran_dir),
        "outside_dir": str(environment.outside_dir),
    }


def _filled(text: str, words: Mapping[str, str], service: Service) -> str:
    try:
        return text.format_map(words)
    except (KeyError, ValueError, IndexError) as error:
        raise SettingsWrong(
            f"[tool.platform.dev] service {service.name}: {text!r} has an unknown placeholder; "
            f"there are: {', '.join('{' + word + '}' for word in sorted(words))}."
        ) from error


def _end_orphans(console: Console) -> None:
    """Mark runs that ended with our code servers; nobody else would, without a daemon."""
    from dagster import DagsterInstance  # noqa: PLC0415 - a second, and only needed here

    from platform_commands.ending import end_runs, orphaned_runs  # noqa: PLC0415

    with DagsterInstance.get() as instance:
        runs = [run.run_id for run in orphaned_runs(instance)]
        if runs:
            console.print(f"Runs that were going on: {', '.join(run[:8] for run in runs)}")
            end_runs(instance, runs)
