"""The command `fivetran-local`."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from fivetran_local.errors import DeclarationError, FivetranLocalError
from fivetran_local.faults.script import Fault, read_faults
from fivetran_local.server import serve

_MAX_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 after a clean stop, 1 after an error, 2 after a usage error.

    Args:
        arguments: The command line without the program; by default that of the process.
    """
    options = _parser().parse_args(arguments)
    try:
        serve_until_stopped(
            options.config,
            options.state_dir,
            variables={**os.environ, **dict(options.variable)},
            port=options.port,
            faults=read_faults(options.faults) if options.faults else (),
        )
    except FivetranLocalError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, DeclarationError) else 1
    return 0


def serve_until_stopped(
    config: Path,
    state_dir: Path,
    *,
    variables: Mapping[str, str],
    port: int = 0,
    faults: Sequence[Fault] = (),
) -> None:
    """Serve in the foreground until SIGINT or SIGTERM, after printing the server's addresses.

    The arguments and errors are those of `serve`.
    """
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fivetran-local", description="A local server that implements Fivetran's REST API."
    )
    command = parser.add_subparsers(required=True).add_parser(
        "serve", help="serve until Ctrl-C or SIGTERM"
    )
    command.add_argument("--config", type=Path, required=True, help="YAML file of connectors")
    command.add_argument(
        "--state-dir", type=Path, required=True, help="directory of the state and the destination"
    )
    command.add_argument(
        "--port", type=_port, default=0, help="port on 127.0.0.1 (default: a free port)"
    )
    command.add_argument(
        "--variable",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        type=_variable,
        help="value of ${NAME} in the YAML file (default: the environment variable)",
    )
    command.add_argument(
        "--faults", type=Path, help="YAML file of faults, to test clients (default: none)"
    )
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: use 0 to {_MAX_PORT}")
    return int(text)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
