"""One call of the API: what a route gets, and how plain functions become routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool

from fivetran_local.api.bodies import json_object
from fivetran_local.api.envelope import not_found

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from fivetran_local.account import Account
    from fivetran_local.declaration import ConnectorDeclaration


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been read, and the account that it is about."""

    account: Account
    request: Request
    body: dict[str, object]
    has_body: bool
    """Tells no body from an empty object, as some operations do."""

    def path(self, name: str) -> str:
        """Return a part of the path, such as `connection_id`."""
        return unquote(self.request.path_params[name])

    def connector(self) -> ConnectorDeclaration:
        """Return the connector that the path names.

        Raises:
            ApiError: 404, there is none; its code has the noun that the path has.
        """
        connection_id = self.path("connection_id")
        found = self.account.connectors.get(connection_id)
        if found is None:
            is_old = "connectors" in self.request.url.path.split("/")
            raise not_found("Connector" if is_old else "Connection", connection_id)
        return found


def route(
    account: Account, answer: Callable[[Call], Response]
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that runs `answer` in a thread: it may wait for a file or a database."""

    async def endpoint(request: Request) -> Response:
        body = await json_object(request)
        call = Call(account, request, body or {}, has_body=body is not None)
        return await run_in_threadpool(answer, call)

    return endpoint
