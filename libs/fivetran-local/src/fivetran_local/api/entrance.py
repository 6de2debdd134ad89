"""What holds for every request: credentials, rate limit, `Accept`, slashes at the end."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from fivetran_local.api import envelope

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from fivetran_local.api.rate_limit import RateLimit

# Not secret: accepted by this server alone, which listens on loopback alone.
API_KEY = "fivetran-local"
API_SECRET = "only-on-this-machine"  # noqa: S105 - see above


class Entrance:
    """What every request passes first: credentials, rate limit, `Accept`, slashes at the end."""

    def __init__(self, app: ASGIApp, rate_limit: RateLimit) -> None:
        """Put the entrance before an application.

        Args:
            app: The application.
            rate_limit: Counts the requests with the right credentials.
        """
        self._app = app
        self._rate_limit = rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here; the page for people needs no credentials."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (scope["method"], scope["path"]) == ("GET", "/"):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        error = self._refusal(headers)

        async def send_with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                found["x-rate-limit"] = str(self._rate_limit.requests)
                found["x-rate-limit-remaining"] = str(self._rate_limit.remaining())
            await send(message)

        if error is not None:
            await envelope.failure(error)(scope, receive, send_with_limit)
            return
        # A redirect would lose the body of a POST with many clients. The path stays as it was
        # sent until it has been taken apart: a name in it may have a slash (`Call.path`).
        path = scope["raw_path"].decode("latin-1").rstrip("/") or "/"
        scope = {**scope, "path": path}
        await self._app(scope, receive, send_with_limit)

    def _refusal(self, headers: dict[str, str]) -> envelope.ApiError | None:
        if not _is_authorized(headers.get("authorization", "")):
            return envelope.ApiError(
                401,
                "AuthFailed",
                "Invalid authorization credentials",
                {"www-authenticate": 'Basic realm="Fivetran"'},
            )
        wait = self._rate_limit.take()
        if wait:
            return envelope.ApiError(
                429,
                "TooManyRequests",
                f"Max {self._rate_limit.requests} api calls allowed in"
                f" {self._rate_limit.seconds:g}-second rolling time period; the next one is allowed"
                f" in {wait} seconds.",
                {"retry-after": str(wait)},
            )
        return _unacceptable(headers)


def _unacceptable(headers: dict[str, str]) -> envelope.ApiError | None:
    accept = headers.get("accept", "*/*")
    kinds = {kind.split(";")[0].strip().lower() for kind in accept.split(",")}
    if not kinds & {"", "*/*", "application/*", "application/json"}:
        return envelope.ApiError(406, "NotAcceptable", f"This API answers JSON, not {accept}.")
    return None


def _is_authorized(header: str) -> bool:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secrets.compare_digest(given, f"{API_KEY}:{API_SECRET}".encode())
