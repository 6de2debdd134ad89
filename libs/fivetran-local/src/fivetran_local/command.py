"""The command `fivetran-local`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from fivetran_local.errors import DeclarationError, FivetranLocalError
from fivetran_local.faults import read_faults
from fivetran_local.hosting import serve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fivetran_local.faults import Fault

_MAX_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0 on a clean stop, 1 on a problem, 2 where it was used wrongly.

    Args:
        arguments: The command line without the program; by default the process's own.
    """
    parser = argparse.ArgumentParser(
        prog="fivetran-local", description="A local server that speaks Fivetran's REST API."
    )
    commands = parser.add_subparsers(required=True)
    serving = commands.add_parser("serve", help="serve until Ctrl-C or SIGTERM")
    serving.add_argument("--config", type=Path, required=True, help="YAML file of connectors")
    serving.add_argument(
        "--state-dir", type=Path, required=True, help="folder for state and destination"
    )
    serving.add_argument(
        "--port", type=_port, default=0, help="port on 127.0.0.1 (default: a free one)"
    )
    serving.add_argument(
        "--variable",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        type=_variable,
        help="value for ${NAME} in the YAML file; by default the environment's",
    )
    serving.add_argument(
        "--faults", type=Path, help="YAML script of faults, for tests of clients (default: none)"
    )
    given = parser.parse_args(arguments)
    try:
        faults = read_faults(given.faults) if given.faults else ()
        variables = {**os.environ, **dict(given.variable)}
        _serve(given.config, given.state_dir, given.port, variables, faults)
    except DeclarationError as error:
        print(error, file=sys.stderr)
        return 2
    except FivetranLocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _serve(
    config: Path,
    state_dir: Path,
    port: int,
    variables: Mapping[str, str],
    faults: Sequence[Fault],
) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with serve(config, state_dir, variables=variables, port=port, faults=faults) as server:
        print(
            f"Fivetran's API: {server.url}\n"
            f"Credentials:    {server.api_key} / {server.api_secret}\n"
            f"Destination:    {server.destination}\n"
            f"Status page:    {server.url.removesuffix('v1')}",
            flush=True,
        )
        stop.wait()


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give 0 to {_MAX_PORT}")
    return int(text)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
