"""One call of the API, as its handlers receive it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from fivetran_local.account import Account
from fivetran_local.declaration import ConnectorDeclaration
from fivetran_local.rest.paging import page
from fivetran_local.rest.request_bodies import json_object
from fivetran_local.rest.responses import not_found
from fivetran_local.state.tables import TrackedTable


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A parsed request, and the account that it is about."""

    account: Account
    request: Request
    body: dict[str, object]
    has_body: bool
    """Whether there is a body: some operations require one, and accept an empty object."""

    def path(self, name: str) -> str:
        """Return a parameter of the path, such as `connection_id`."""
        return unquote(self.request.path_params[name])

    @property
    def connector(self) -> ConnectorDeclaration:
        """The connector in the path.

        Raises:
            ApiError: 404, no such connector; the error code has the noun that the path has.
        """
        connection_id = self.path("connection_id")
        found = self.account.connectors.get(connection_id)
        if found is None:
            is_old = "connectors" in self.request.url.path.split("/")
            raise not_found("Connector" if is_old else "Connection", connection_id)
        return found

    @property
    def tables(self) -> Sequence[TrackedTable]:
        """The tables of the connector in the path.

        Raises:
            SyncError: They were never discovered, and the source does not answer.
        """
        return self.account.tables(self.connector.id)

    def page(self, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return the requested page of a list."""
        return page(self.request.query_params, items)


Handler: TypeAlias = Callable[[ApiCall], Response]


def endpoint(
    account: Account, handlers: Mapping[str, Handler]
) -> Callable[[Request], Awaitable[Response]]:
    """Return a Starlette endpoint that runs handlers in a thread: they may wait for a database.

    Args:
        account: The account.
        handlers: Handlers by method.
    """

    async def answer(request: Request) -> Response:
        # Starlette accepts HEAD for every path that accepts GET.
        handler = handlers["GET" if request.method == "HEAD" else request.method]
        body = await json_object(request)
        call = ApiCall(account, request, body or {}, has_body=body is not None)
        if "connection_id" in request.path_params:
            _ = call.connector  # 404 before any error of the handler
        return await run_in_threadpool(handler, call)

    return answer
