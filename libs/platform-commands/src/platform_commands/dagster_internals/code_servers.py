"""The code servers of a workspace, all started at once.

Dagster 1.13.27 starts the servers of a workspace through a `GrpcServerRegistry`, one after the
other: the next one starts when the previous one has loaded, and loading takes seconds of imports.
A registry can be passed to the workspace, but neither the class nor the client of a server is
exported. An option of Dagster to load code locations at the same time would replace this module.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from dagster import DagsterInstance, serialize_value
from dagster._core.remote_origin import CodeLocationOrigin, ManagedGrpcPythonEnvCodeLocationOrigin
from dagster._core.remote_representation.grpc_server_registry import (
    GrpcServerEndpoint,
    GrpcServerRegistry,
)
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.constants import GrpcServerCommand
from dagster._grpc.server import wait_for_grpc_server

HEARTBEAT_SECONDS = 60
"""A server exits after this time without a heartbeat, once its runs have ended, so that no server
outlives a killed command. Dagster's client sends a heartbeat every second, but the first one only
after all servers have loaded: with 20 seconds, servers that loaded fast exited before that on a
busy machine."""


class CodeServers(GrpcServerRegistry):
    """Dagster's registry of code servers, with three differences.

    All servers start at once. Each one has its own process group, so that Ctrl-C in a terminal
    reaches only the command, which then terminates the runs through Dagster (a run that receives
    the signal itself reports an unexpected failure). The output of servers and runs goes to a file.
    """

    def __init__(self, instance: DagsterInstance, log_file: Path) -> None:
        self._instance = instance
        self._startup_seconds = instance.code_server_process_startup_timeout
        self._log_file = log_file
        self._servers: dict[str, _CodeServer] = {}
        super().__init__(
            instance_ref=instance.get_ref(),
            server_command=GrpcServerCommand.API_GRPC,
            heartbeat_ttl=HEARTBEAT_SECONDS,
            startup_timeout=self._startup_seconds,
            wait_for_processes_on_shutdown=False,
        )

    def start(self, origins: Sequence[CodeLocationOrigin]) -> None:
        """Start the servers of all code locations that Dagster manages, without waiting."""
        instance_ref = serialize_value(self._instance.get_ref())
        for origin in origins:
            if isinstance(origin, ManagedGrpcPythonEnvCodeLocationOrigin):
                self._servers[origin.get_id()] = _CodeServer(origin, instance_ref, self._log_file)

    def get_grpc_endpoint(
        self, code_location_origin: ManagedGrpcPythonEnvCodeLocationOrigin
    ) -> GrpcServerEndpoint:
        """Return the address of a server, after it has answered."""
        server = self._servers[code_location_origin.get_id()]
        client = DagsterGrpcClient(socket=server.socket, host="localhost")
        wait_for_grpc_server(server.process, client, server.command, timeout=self._startup_seconds)
        return GrpcServerEndpoint(host="localhost", port=None, socket=server.socket)

    def alive(self, location: str) -> bool:
        """Whether the server of a code location runs; True for servers started by others."""
        return all(server.process.poll() is None for server in self._of(location))

    def kill(self, location: str) -> None:
        """End the server of a code location and the runs that it has started."""
        for server in self._of(location):
            server.kill()

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(exception_type, exception_value, traceback)  # type: ignore[no-untyped-call]
        for server in self._servers.values():
            server.kill()

    def _of(self, location: str) -> list[_CodeServer]:
        return [server for server in self._servers.values() if server.location == location]


class _CodeServer:
    """The process of one code server."""

    def __init__(
        self, origin: ManagedGrpcPythonEnvCodeLocationOrigin, instance_ref: str, log_file: Path
    ) -> None:
        target = origin.loadable_target_origin
        self.location = origin.location_name
        self.socket = str(Path(tempfile.gettempdir()) / f"platform-{uuid.uuid4().hex[:12]}")
        self.command = [
            target.executable_path or sys.executable,
            *("-m", "dagster", *GrpcServerCommand.API_GRPC.server_command),
            *("--socket", self.socket),
            *("--heartbeat", "--heartbeat-timeout", str(HEARTBEAT_SECONDS)),
            *("--log-level", "WARNING"),
            *(["--use-python-environment-entry-point"] if target.executable_path else []),
            "--inject-env-vars-from-instance",
            *("--instance-ref", instance_ref, "--location-name", self.location),
            *target.get_cli_args(),
        ]
        with log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def kill(self) -> None:
        """Kill its process group.

        A server stores nothing, and its runs have ended or did not end when they were terminated.
        Its regular shutdown takes two seconds.
        """
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        Path(self.socket).unlink(missing_ok=True)
