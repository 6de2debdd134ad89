"""The server, in a thread of this process."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import uvicorn

from fivetran_local.account import Account
from fivetran_local.errors import ServerNotStartedError
from fivetran_local.faults.middleware import FaultMiddleware
from fivetran_local.faults.script import Fault, FaultScript
from fivetran_local.rest.application import application
from fivetran_local.rest.middleware import API_KEY, API_SECRET

_START_SECONDS = 15.0
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class LocalFivetran:
    """The addresses and credentials of a running server."""

    url: str
    """Base URL of the API, ending in `/v1`."""
    api_key: str
    """Dummy credentials, the same for every local server and accepted by no other."""
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
    """Serve the connectors of a YAML file on loopback until the block is left.

    Several processes may serve the same state directory at the same time: one of them at a time
    syncs a connector, and all of them return the same answers. A sync that is running when the
    block is left is rolled back and recorded as failed.

    Args:
        config: The YAML file that declares the connectors.
        state_dir: Directory of the state and the destination; created if it is missing.
        variables: Values for `${NAME}` in the YAML file.
        port: Port on 127.0.0.1; 0 takes a free port.
        faults: Deliberate faults, to test clients (`fivetran_local.faults`).

    Yields:
        The server's addresses and credentials.

    Raises:
        DeclarationError: The YAML file is invalid.
        ServerNotStartedError: The port is taken, or the directory is not writable.
    """
    script = FaultScript(faults)
    try:
        account = Account(config, state_dir, variables, script)
    except OSError as error:
        raise ServerNotStartedError(f"{state_dir} cannot be used: {error}") from error
    for connector_id in account.connectors:
        # Clients skip a connector that is not `connected` when they load: check it before that.
        account.check_setup(connector_id)
    app = application(account)
    with _listen(port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                FaultMiddleware(app, script) if faults else app,
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


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((_LOOPBACK, port))
    except (OSError, OverflowError) as error:
        raise ServerNotStartedError(
            f"Port {port} cannot be used ({error}). Use another port, or 0 for a free one."
        ) from error


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ServerNotStartedError("The server did not start; see its log for the reason.")
        time.sleep(0.005)
