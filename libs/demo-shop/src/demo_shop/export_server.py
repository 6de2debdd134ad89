"""The shop's customer export over HTTP, on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from demo_shop.customer_export import csv_chunks
from demo_shop.errors import ExportServerFailed, ShopError
from demo_shop.shop import Shop

_ADDRESS = "127.0.0.1"
_POLL_SECONDS = 0.01
_STOP_SECONDS = 2

_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Demo shop</title>
<h1>Demo shop</h1>
<p>The source systems on a laptop: a shop of {orders:,} orders and {users:,} users.</p>
<ul><li><a href="/customers.csv">/customers.csv</a>: the customers, with some bad rows</li></ul>
"""


@contextmanager
def serve_export(shop: Shop, *, port: int = 0) -> Iterator[str]:
    """Serve the shop's customers on 127.0.0.1 from a thread of this process.

    Args:
        shop: The shop; its files are not needed.
        port: Port to listen on; 0 takes a free port.

    Yields:
        The base URL, such as `http://127.0.0.1:41234`; the export is at `/customers.csv`. On exit,
        the server is stopped and its port is free.

    Raises:
        ExportServerFailed: The port is taken, or the server does not start.
    """
    with _listen(port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                application(shop),
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        thread = threading.Thread(
            target=server.run, args=([listener],), name="demo-shop-export", daemon=True
        )
        thread.start()
        try:
            while not server.started:
                thread.join(_POLL_SECONDS)
                if not thread.is_alive():
                    raise ExportServerFailed(
                        "The server of the customer export did not start; "
                        "see the log of `uvicorn` for the reason."
                    )
            yield f"http://{_ADDRESS}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def application(shop: Shop) -> Starlette:
    """Return the web application: `/` describes the shop, `/customers.csv` streams the export."""

    def page(_: Request) -> Response:
        return HTMLResponse(_PAGE.format(orders=shop.orders, users=shop.users))

    def export(_: Request) -> Response:
        return StreamingResponse(
            csv_chunks(shop.customers()),
            media_type="text/csv",
            headers={"content-disposition": 'attachment; filename="customers.csv"'},
        )

    def failure(_: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{error}\n", status_code=500)

    return Starlette(
        routes=[Route("/", page), Route("/customers.csv", export)],
        exception_handlers={ShopError: failure},
    )


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((_ADDRESS, port))
    except OSError as error:
        message = (
            f"The customer export cannot be served at {_ADDRESS}:{port}: {error}. "
            "Use another port, or 0 for a free one."
        )
        raise ExportServerFailed(message) from error
