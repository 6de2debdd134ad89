"""Run the server in a thread of this process."""

from __future__ import annotations

import errno
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import uvicorn

from fivetran_local.account import Account
from fivetran_local.api.application import application
from fivetran_local.api.entrance import API_KEY, API_SECRET
from fivetran_local.api.faulty_entrance import FaultyEntrance
from fivetran_local.errors import ServerNotStartedError
from fivetran_local.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from starlette.types import ASGIApp

    from fivetran_local.faults import Fault

_START_SECONDS = 15.0
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class LocalFivetran:
    """A running server: what a client must know of it."""

    url: str
    """Base of the API, ending in `/v1`."""
    api_key: str
    """Dummy credentials, the same everywhere, accepted by this server alone."""
    api_secret: str
    destination: Path
    """The DuckDB file that syncs write to, unless another destination is declared."""


@contextmanager
def serve(
    config: Path,
    state_dir: Path,
    *,
    variables: Mapping[str, str] = MappingProxyType({}),
    port: int = 0,
    faults: Sequence[Fault] = (),
) -> Iterator[LocalFivetran]:
    """Serve the connectors of a YAML file on loopback, until the block is left.

    Several processes may serve the same folder at the same time: each connector is synced by one
    of them at a time, and all of them answer the same. A sync that is running when the block is
    left is rolled back and booked as failed.

    Args:
        config: The YAML file that declares the connectors.
        state_dir: Folder for state and destination; created where it is missing.
        variables: Values for `${NAME}` in the YAML file.
        port: Port on 127.0.0.1; 0 takes a free one.
        faults: What goes wrong on purpose (`fivetran_local.faults`), for tests of clients.

    Yields:
        Where the server is, and its credentials.

    Raises:
        DeclarationError: The YAML file is wrong.
        ServerNotStartedError: The port is taken, or the folder cannot be written.
    """
    script = Faults(faults)
    try:
        account = Account(config, state_dir, variables, script)
    except OSError as error:
        raise ServerNotStartedError(f"{state_dir} cannot be used: {error}") from error
    for connector_id in account.connectors:
        # Clients drop a connector that is not `connected` when they load: ask before they do.
        account.check_setup(connector_id)
    with _listening(port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                _with_faults(application(account), script),
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
            )
        )
        thread = threading.Thread(
            target=server.run, args=([listener],), name="fivetran-local", daemon=True
        )
        thread.start()
        try:
            _wait_until_started(server, thread)
            url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}/v1"
            yield LocalFivetran(url, API_KEY, API_SECRET, account.destination_file)
        finally:
            server.should_exit = True
            thread.join()
            account.syncs.close()


def _with_faults(app: ASGIApp, script: Faults) -> ASGIApp:
    return FaultyEntrance(app, script) if script.exist else app


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = f"Port {port} on {_LOOPBACK} is taken. Name another one, or 0 for any."
                raise ServerNotStartedError(message) from error
            raise ServerNotStartedError(f"Port {port} cannot be used: {error}") from error
        yield listener


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ServerNotStartedError("The server did not start; its log says why.")
        time.sleep(0.005)
