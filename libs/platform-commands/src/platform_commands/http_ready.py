"""Whether a local server answers."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from typing import Any

LOOPBACK = "127.0.0.1"
ANSWER_SECONDS = 10
SERVER_ERROR = 500
# A proxy that the environment names is for the outside, not for this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port(preferred: int | None = None) -> int:
    """A port on this machine that nobody listens on, the preferred one if it is free."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("This machine has no free port on 127.0.0.1.")


def answers(url: str) -> bool:
    """Whether something answers there, with anything but a server's error."""
    try:
        with _opener.open(url, timeout=ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < SERVER_ERROR
    except OSError:
        return False


def graphql(url: str, query: str) -> dict[str, Any]:
    """Ask a Dagster webserver.

    Args:
        url: Of the webserver.
        query: In GraphQL.

    Returns:
        The answer's `data`.

    Raises:
        OSError: it does not answer.
        ValueError: the answer is no JSON.
    """
    request = urllib.request.Request(  # noqa: S310 - our own server on loopback
        f"{url}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"content-type": "application/json"},
    )
    with _opener.open(request, timeout=ANSWER_SECONDS) as response:
        data: dict[str, Any] = json.load(response)["data"]
        return data
