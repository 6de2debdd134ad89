"""The command `demo-shop`: make the shop, let time pass in it, serve its export."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from demo_shop.errors import ShopError, UnusableSize
from demo_shop.export_server import serve_export
from demo_shop.shop import DEFAULT_ORDERS, Shop

_SIZE_VARIABLE = "DEMO_SHOP_ORDERS"
_PORTS = 1 << 16


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Command-line arguments; those of the process if left out.

    Returns:
        Exit code: 0 right, 1 a problem found, 2 used wrongly.
    """
    options = _parser().parse_args(arguments)
    try:
        shop = Shop(_size(options.orders), options.data_dir)
        if options.command == "make":
            return _make(shop, options.format)
        if options.command == "change":
            return _change(shop, options.days)
        return _serve(shop, options.port)
    except UnusableSize as error:
        print(error, file=sys.stderr)
        return 2
    except ShopError as error:
        print(error, file=sys.stderr)
        return 1


def _make(shop: Shop, file_format: str) -> int:
    if file_format == "parquet":
        files = shop.parquet_files()
        _say(str(files.users))
        _say(str(files.orders))
    else:
        _say(str(shop.sqlite_file()))
    return 0


def _change(shop: Shop, days: int) -> int:
    changes = shop.change(days)
    _say(
        f"{shop.now:%Y-%m-%d}: {changes.orders_updated} orders updated, "
        f"{changes.orders_added} added, {changes.orders_deleted} deleted, "
        f"{changes.users_updated} users updated."
    )
    return 0


def _serve(shop: Shop, port: int) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with serve_export(shop, port=port) as url:
        _say(f"{url}/customers.csv")
        stop.wait()
    return 0


def _size(argument: int | None) -> int:
    if argument is not None:
        return argument
    text = os.environ.get(_SIZE_VARIABLE, str(DEFAULT_ORDERS))
    try:
        return int(text)
    except ValueError:
        message = f"{_SIZE_VARIABLE}={text!r} is not a number: set it to a number of orders."
        raise UnusableSize(message) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo-shop", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make the shop's database, or Parquet files")
    make.add_argument("--format", choices=["sqlite", "parquet"], default="sqlite")
    change = commands.add_parser("change", help="let days go by in the shop's database")
    change.add_argument("--days", type=_days, default=1, help="how many (default: 1)")
    serve = commands.add_parser("serve", help="serve the customer export until interrupted")
    serve.add_argument("--port", type=_port, default=0, help="0, the default, takes a free one")
    for command in (make, change, serve):
        command.add_argument(
            "--orders",
            type=int,
            help=f"size of the shop (default: {_SIZE_VARIABLE}, else {DEFAULT_ORDERS})",
        )
        command.add_argument(
            "--data-dir", type=Path, required=True, help="folder of the shop's files"
        )
    return parser


def _days(text: str) -> int:
    days = int(text)
    if days < 1:
        raise argparse.ArgumentTypeError("at least 1 day")
    return days


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < _PORTS:
        raise argparse.ArgumentTypeError(f"a port is 0 to {_PORTS - 1}")
    return port


def _say(line: str) -> None:
    # Flushed: who started `serve` with a pipe waits for the URL.
    print(line, flush=True)
