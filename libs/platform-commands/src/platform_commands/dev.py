"""`platform dev`: Dagster's UI with all code locations, and the local servers that they use."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from environment import Environment, repository
from platform_commands.dagster_home import prepare_dagster_home
from platform_commands.display import new_console
from platform_commands.errors import UsageError
from platform_commands.local_servers import (
    ANSWER_SECONDS,
    LOOPBACK,
    POLL_SECONDS,
    LocalServers,
    free_port,
    http,
)
from platform_commands.processes import Interrupts, end_all
from platform_commands.settings import read_settings

UI = "dagster"
UI_PORT = 3000
UI_SECONDS = 300
"""Time for the UI to start and all code locations to load."""
_CODE_LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries {
    name loadStatus
    locationOrLoadError { ... on PythonError { message errorChain { error { message } } } }
} } } }
"""


def dev(*, port: int | None) -> int:
    """Start the local servers and `dagster dev`, print their URLs, and end them after Ctrl-C.

    Args:
        port: Port of the UI; None: 3000, or a free port if that is in use.

    Returns:
        0 after Ctrl-C or SIGTERM.

    Raises:
        ServiceFailed: A server did not start or has exited; the others are ended too.
        UsageError: The port is in use.
    """
    console, environment, root = new_console(), Environment.from_environ(), repository()
    prepare_dagster_home(environment, root)
    with Interrupts() as interrupts:
        servers = LocalServers(environment, root, console, interrupts)
        try:
            if servers.start(read_settings(root).dev.services):
                url = _start_ui(servers, console, root / "workspace.yaml", port)
                console.print(f"[bold]{'Dagster':16} {url}[/bold]")
                console.print(f"{'logs':16} {environment.logs_dir}", soft_wrap=True)
                console.print("Press Ctrl-C to stop all servers.")
            while interrupts.received is None:
                servers.check_alive()
                time.sleep(POLL_SECONDS)
        finally:
            console.print("Stopping …")
            end_all(servers.children)
            if any(child.name == UI for child in servers.children):
                _end_orphaned_runs(console)
    console.print("All servers stopped.")
    return 0


def _start_ui(
    servers: LocalServers, console: Console, workspace_file: Path, port: int | None
) -> str:
    """Start `dagster dev`, wait for it and print load errors; return its URL."""
    ui_port = free_port(port or UI_PORT)
    if port is not None and ui_port != port:
        raise UsageError(f"Port {port} is in use. Set another one, or omit --port.")
    command = [sys.executable, "-m", "dagster", "dev", "--workspace", str(workspace_file)]
    servers.spawn(UI, [*command, "--host", LOOPBACK, "--port", str(ui_port)])
    console.print(f"Loading the code locations of {workspace_file} …", soft_wrap=True)
    url = f"http://{LOOPBACK}:{ui_port}"
    if servers.wait(lambda: _load_errors(url) is not None, UI_SECONDS):
        for name, error in (_load_errors(url) or {}).items():
            if error:
                console.print(Text(f"The code location {name} does not load: {error}", "red"))
    return url


def _load_errors(url: str) -> dict[str, str] | None:
    """Return the error of each code location, empty if it loads; None while one is loading."""
    request = urllib.request.Request(  # noqa: S310 - a server on loopback
        f"{url}/graphql",
        data=json.dumps({"query": _CODE_LOCATIONS}).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with http.open(request, timeout=ANSWER_SECONDS) as response:
            entries = json.load(response)["data"]["workspaceOrError"]["locationEntries"]
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


def _end_orphaned_runs(console: Console) -> None:
    """Mark the runs that ended with their code servers: without a daemon no process does."""
    from dagster import DagsterInstance  # noqa: PLC0415 - takes a second, needed at the end only

    from platform_commands.unfinished_runs import end_runs, orphaned_runs  # noqa: PLC0415

    with DagsterInstance.get() as instance:
        runs = [run.run_id for run in orphaned_runs(instance)]
        if runs:
            console.print(f"Terminated runs: {', '.join(run_id[:8] for run_id in runs)}")
            end_runs(instance, runs)
