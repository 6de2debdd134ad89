"""Faults of requests: answers that are wrong, late or cut off."""

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fivetran_local.faults.script import ApiFault, FaultScript
from fivetran_local.rest.responses import ApiError, failure

_CODES = {
    400: "InvalidInput",
    401: "AuthFailed",
    404: "NotFound",
    409: "Conflict",
    429: "TooManyRequests",
}


class FaultMiddleware:
    """An application that answers as a fault script defines."""

    def __init__(self, app: ASGIApp, script: FaultScript) -> None:
        self._app = app
        self._script = script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or reset its connection."""
        fault = None
        if scope["type"] == "http":
            path = scope["path"].removeprefix("/v1/").rstrip("/")
            fault = self._script.of_request(scope["method"], path)
        if fault is not None:
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and fault.reset:
            await _reset(send, receive)
        elif fault is not None and fault.status is not None:
            await _answer(fault, fault.status)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _answer(fault: ApiFault, status: int) -> Response:
    if fault.html:
        return HTMLResponse(f"<html><title>{status}</title></html>", status_code=status)
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    code = _CODES.get(status, "InternalServerError")
    return failure(ApiError(status, code, f"Fault script: {fault.request}", headers))


async def _reset(send: Any, receive: Receive) -> None:
    """Reset the connection of the request.

    ASGI has no message for that; uvicorn's `send` is a method of an object with the transport.
    """
    transport = send.__self__.transport
    connection = transport.get_extra_info("socket")
    # Closing with a linger time of 0 sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
