"""Checks of every request: credentials, rate limit, `Accept`, trailing slashes."""

import base64
import binascii
import math
import secrets
import time
from collections import deque
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fivetran_local.rest.responses import ApiError, failure

# Not secret: accepted only by this server, which listens only on loopback.
API_KEY = "fivetran-local"
API_SECRET = "only-on-this-machine"  # noqa: S105 - see above


class RateLimit:
    """A rolling window over the requests to this server.

    Fivetran counts per account; this counts per server, which is the same for one client.
    """

    def __init__(
        self, requests: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the limit.

        Args:
            requests: Number of requests per window.
            seconds: Length of the window.
            clock: Returns the current time in seconds.
        """
        self.requests = requests
        self.seconds = seconds
        self._clock = clock
        self._taken: deque[float] = deque()

    def take(self) -> int:
        """Count one request.

        Returns:
            0 if it is allowed, otherwise the number of whole seconds until the next one is.
        """
        moment = self._clock()
        self._forget(moment)
        if len(self._taken) >= self.requests:
            return max(1, math.ceil(self._taken[0] + self.seconds - moment))
        self._taken.append(moment)
        return 0

    def remaining(self) -> int:
        """Return the number of requests that are allowed now."""
        self._forget(self._clock())
        return self.requests - len(self._taken)

    def _forget(self, moment: float) -> None:
        while self._taken and self._taken[0] <= moment - self.seconds:
            self._taken.popleft()


class ApiMiddleware:
    """An application behind the checks of every request."""

    def __init__(self, app: ASGIApp, rate_limit: RateLimit) -> None:
        """Wrap an application.

        Args:
            app: The application.
            rate_limit: Counts the requests with valid credentials.
        """
        self._app = app
        self._rate_limit = rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or reject it; the status page needs no credentials."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) == ("GET", "/"):
            await self._app(scope, receive, send)
            return
        error = self._rejection(Headers(scope=scope))

        async def send_with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-rate-limit"] = str(self._rate_limit.requests)
                headers["x-rate-limit-remaining"] = str(self._rate_limit.remaining())
            await send(message)

        if error is not None:
            await failure(error)(scope, receive, send_with_limit)
            return
        # Many clients lose the body of a POST when they follow a redirect, so slashes are removed
        # here. The path stays encoded for routing: a name may contain a slash (`ApiCall.path`).
        path = scope["raw_path"].decode("latin-1").rstrip("/") or "/"
        await self._app({**scope, "path": path}, receive, send_with_limit)

    def _rejection(self, headers: Headers) -> ApiError | None:
        if not _is_authorized(headers.get("authorization", "")):
            return ApiError(
                401,
                "AuthFailed",
                "Invalid authorization credentials",
                {"www-authenticate": 'Basic realm="Fivetran"'},
            )
        wait = self._rate_limit.take()
        if wait:
            return ApiError(
                429,
                "TooManyRequests",
                f"Max {self._rate_limit.requests} api calls allowed in"
                f" {self._rate_limit.seconds:g}-second rolling time period; the next one is allowed"
                f" in {wait} seconds.",
                {"retry-after": str(wait)},
            )
        accept = headers.get("accept", "*/*")
        kinds = {kind.split(";")[0].strip().lower() for kind in accept.split(",")}
        if not kinds & {"", "*/*", "application/*", "application/json"}:
            return ApiError(406, "NotAcceptable", f"This API answers JSON, not {accept}.")
        return None


def _is_authorized(header: str) -> bool:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        credentials = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secrets.compare_digest(credentials, f"{API_KEY}:{API_SECRET}".encode())
