"""The fault script's side of the API: requests that are refused, delayed or cut off on purpose."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from fivetran_local.api.envelope import ApiError, failure

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from fivetran_local.faults import ApiFault, Faults

_CODES = {
    400: "InvalidInput",
    401: "AuthFailed",
    404: "NotFound",
    409: "Conflict",
    429: "TooManyRequests",
}


class FaultyEntrance:
    """An application that goes wrong as a script says."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        """Put a script before an application.

        Args:
            app: The application.
            faults: The script.
        """
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or don't."""
        fault = None
        if scope["type"] == "http":
            path = scope["path"].removeprefix("/v1/").rstrip("/")
            fault = self._faults.of_request(scope["method"], path)
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
    """Reset the connection under the request.

    ASGI has no word for that; uvicorn's `send` is a method of an object that has the transport.
    """
    transport = send.__self__.transport
    connection = transport.get_extra_info("socket")
    # A close that lingers for 0 seconds sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
