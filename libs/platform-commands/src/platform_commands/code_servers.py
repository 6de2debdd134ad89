"""The code locations, each loaded by Dagster in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from dagster import DagsterInstance
from dagster._core.remote_origin import CodeLocationOrigin, ManagedGrpcPythonEnvCodeLocationOrigin
from dagster._core.remote_representation.grpc_server_registry import (
    GrpcServerEndpoint,
    GrpcServerRegistry,
)
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.constants import GrpcServerCommand
from dagster._grpc.server import wait_for_grpc_server
from dagster._serdes import serialize_value
from dagster._utils import safe_tempfile_path_unmanaged

if TYPE_CHECKING:
    from dagster._core.instance.ref import InstanceRef

HEARTBEAT_SECONDS = 60
"""A server that nobody has asked for so long ends, once its runs have: if this process is killed,
its servers do not stay for ever. Dagster's clients send one every second, but the first only when
the location's turn has come: on a busy machine a server that was quick to load waits for the slow
ones, and with 20 seconds it was gone by then."""


class CodeServers(GrpcServerRegistry):
    """Dagster's code servers, as its own registry starts them, with three differences.

    All are started at once (Dagster starts one when the one before has loaded, and most of a
    start is imports); each has its own process group, so that Ctrl-C in the terminal reaches only
    the command, which then ends the runs through Dagster (a run that gets the signal itself calls
    it an unexpected failure); and what they and their runs print goes to a file.
    """

    def __init__(self, instance: DagsterInstance, log_file: Path) -> None:
        self._instance_ref: InstanceRef = instance.get_ref()
        self._startup_seconds = instance.code_server_process_startup_timeout
        self._log_file = log_file
        self._servers: dict[str, _Server] = {}
        super().__init__(
            instance_ref=self._instance_ref,
            server_command=GrpcServerCommand.API_GRPC,
            heartbeat_ttl=HEARTBEAT_SECONDS,
            startup_timeout=self._startup_seconds,
            wait_for_processes_on_shutdown=False,
        )

    def start(self, origins: Sequence[CodeLocationOrigin]) -> None:
        """Start a server for every location that Dagster starts itself, without waiting."""
        for origin in origins:
            if isinstance(origin, ManagedGrpcPythonEnvCodeLocationOrigin):
                self._servers[origin.get_id()] = _Server(origin, self._instance_ref, self._log_file)

    def get_grpc_endpoint(
        self, code_location_origin: ManagedGrpcPythonEnvCodeLocationOrigin
    ) -> GrpcServerEndpoint:
        """The address of a started server, once it answers."""
        server = self._servers[code_location_origin.get_id()]
        wait_for_grpc_server(
            server.process, server.client(), server.command, timeout=self._startup_seconds
        )
        return GrpcServerEndpoint(host="localhost", port=None, socket=server.socket)

    def alive(self, location: str) -> bool:
        """Whether the server of a location still runs; True for servers started by others."""
        return all(
            server.process.poll() is None
            for server in self._servers.values()
            if server.location == location
        )

    def kill(self, location: str) -> None:
        """End the server of a location, and the runs that it has started."""
        for server in self._servers.values():
            if server.location == location:
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


class _Server:
    """One code server."""

    def __init__(
        self,
        origin: ManagedGrpcPythonEnvCodeLocationOrigin,
        instance_ref: InstanceRef,
        log_file: Path,
    ) -> None:
        target = origin.loadable_target_origin
        self.location = origin.location_name
        self.socket = safe_tempfile_path_unmanaged()
        self.command = [
            target.executable_path or sys.executable,
            *("-m", "dagster", *GrpcServerCommand.API_GRPC.server_command),
            *("--socket", self.socket),
            *("--heartbeat", "--heartbeat-timeout", str(HEARTBEAT_SECONDS)),
            *("--log-level", "WARNING"),
            *(["--use-python-environment-entry-point"] if target.executable_path else []),
            "--inject-env-vars-from-instance",
            *("--instance-ref", serialize_value(instance_ref)),
            *("--location-name", self.location),
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

    def client(self) -> DagsterGrpcClient:
        return DagsterGrpcClient(socket=self.socket, host="localhost")

    def kill(self) -> None:
        """End it and what is left of its process group.

        It holds nothing that has to be put in order: its runs are over, or were told to end and
        did not. Its own orderly end takes two seconds.
        """
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        Path(self.socket).unlink(missing_ok=True)
