"""The command `demo-shop`: create the shop, change it day by day, serve its export."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from demo_shop.errors import ShopError, UnusableSize
from demo_shop.export_server import serve_export
from demo_shop.shop import DEFAULT_ORDERS, SIZE_VARIABLE, Shop

_MAX_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 after a success, 1 after an error, 2 after a usage error.

    Args:
        arguments: Command-line arguments; by default those of the process.
    """
    options = _parser().parse_args(arguments)
    try:
        shop = (
            Shop.from_environ(os.environ, options.data_dir)
            if options.orders is None
            else Shop(options.orders, options.data_dir)
        )
        options.run(shop, options)
    except ShopError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UnusableSize) else 1
    return 0


def _make(shop: Shop, options: argparse.Namespace) -> None:
    if options.format == "parquet":
        files = shop.parquet_files()
        print(files.users, files.orders, sep="\n")
    else:
        print(shop.sqlite_file())


def _change(shop: Shop, options: argparse.Namespace) -> None:
    changes = shop.change(options.days)
    print(
        f"{shop.now:%Y-%m-%d}: {changes.orders_updated} orders updated, "
        f"{changes.orders_added} added, {changes.orders_deleted} deleted, "
        f"{changes.users_updated} users updated."
    )


def _serve(shop: Shop, options: argparse.Namespace) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with serve_export(shop, port=options.port) as url:
        # Flushed for programs that read the URL from a pipe.
        print(f"{url}/customers.csv", flush=True)
        stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo-shop", description=__doc__)
    commands = parser.add_subparsers(required=True)
    make = commands.add_parser("make", help="create the shop's database, or Parquet files")
    make.add_argument("--format", choices=["sqlite", "parquet"], default="sqlite")
    make.set_defaults(run=_make)
    change = commands.add_parser("change", help="advance the shop's database by some days")
    change.add_argument("--days", type=_days, default=1, help="number of days (default: 1)")
    change.set_defaults(run=_change)
    serve = commands.add_parser("serve", help="serve the customer export until interrupted")
    serve.add_argument("--port", type=_port, default=0, help="port (default: a free port)")
    serve.set_defaults(run=_serve)
    for command in (make, change, serve):
        command.add_argument(
            "--orders",
            type=int,
            help=f"size of the shop (default: {SIZE_VARIABLE}, or {DEFAULT_ORDERS})",
        )
        command.add_argument(
            "--data-dir", type=Path, required=True, help="directory of the shop's files"
        )
    return parser


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days: use 1 or more")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: use 0 to {_MAX_PORT}")
    return int(text)
