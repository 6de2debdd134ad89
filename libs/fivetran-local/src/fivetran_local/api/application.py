"""The application: every path of the API, and what holds for all of them."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.routing import Route

from fivetran_local.api import connections, envelope, groups, metadata, schemas
from fivetran_local.api.call import route
from fivetran_local.api.rate_limit import RateLimit
from fivetran_local.api.status_page import status_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from fivetran_local.account import Account
    from fivetran_local.api.call import Call

# Not secret: accepted by this server alone, which listens on loopback alone.
API_KEY = "fivetran-local"
API_SECRET = "only-on-this-machine"  # noqa: S105 - see above

_OF_CONNECTION: tuple[tuple[str, str, Callable[[Call], Response]], ...] = (
    ("GET", "", connections.get_connection),
    ("PATCH", "", connections.patch_connection),
    ("POST", "/sync", connections.sync_connection),
    ("POST", "/force", connections.sync_connection),
    ("POST", "/resync", connections.resync_connection),
    ("POST", "/test", connections.test_connection),
    ("GET", "/state", connections.get_state),
    ("PATCH", "/state", connections.get_state),
    ("GET", "/schemas", schemas.get_schemas),
    ("PATCH", "/schemas", schemas.patch_schemas),
    ("POST", "/schemas/reload", schemas.reload_schemas),
    ("POST", "/schemas/tables/resync", connections.resync_tables),
    ("POST", "/schemas/{schema_name}/tables/{table_name}/resync", connections.resync_table),
    ("PATCH", "/schemas/{schema_name}", schemas.patch_schema),
    ("PATCH", "/schemas/{schema_name}/tables/{table_name}", schemas.patch_table),
    ("GET", "/schemas/{schema_name}/tables/{table_name}/columns", schemas.get_columns),
    (
        "PATCH",
        "/schemas/{schema_name}/tables/{table_name}/columns/{column_name}",
        schemas.patch_column,
    ),
)

_WITH_NOUN: tuple[tuple[str, str, Callable[[Call], Response]], ...] = (
    ("GET", "/{noun}", connections.list_connections),
    ("GET", "/groups/{{group_id}}/{noun}", connections.list_connections_of_group),
    # The name of `/metadata/connector-types` before 2025.
    ("GET", "/metadata/{noun}", metadata.list_connector_types),
    ("GET", "/metadata/{noun}/{{service}}", metadata.get_connector_type),
    ("GET", "/metadata/{noun}/{{connection_id}}/schemas", metadata.list_schemas),
    ("GET", "/metadata/{noun}/{{connection_id}}/tables", metadata.list_tables),
    ("GET", "/metadata/{noun}/{{connection_id}}/columns", metadata.list_columns),
)

_OTHERS: tuple[tuple[str, str, Callable[[Call], Response]], ...] = (
    ("GET", "/account/info", groups.get_account),
    ("GET", "/users", groups.list_users),
    ("GET", "/users/{user_id}", groups.get_user),
    ("GET", "/groups", groups.list_groups),
    ("GET", "/groups/{group_id}", groups.get_group),
    ("GET", "/destinations", groups.list_destinations),
    ("GET", "/destinations/{destination_id}", groups.get_destination),
    ("POST", "/destinations/{destination_id}/test", groups.test_destination),
    ("GET", "/metadata/connector-types", metadata.list_connector_types),
    ("GET", "/metadata/connector-types/{service}", metadata.get_connector_type),
)


def application(account: Account) -> ASGIApp:
    """Return the application that serves an account."""

    def page(request: Request) -> Response:
        return status_page(account, request)

    app = Starlette(
        routes=[*_routes(account), Route("/", page)],
        exception_handlers={
            envelope.ApiError: envelope.answer_api_error,
            404: envelope.answer_unknown_path,
            405: envelope.answer_wrong_method,
            Exception: envelope.answer_unexpected_error,
        },
    )
    declared = account.declaration.rate_limit
    return _Entrance(app, RateLimit(declared.requests, declared.seconds))


def operations() -> dict[tuple[str, str], Callable[[Call], Response]]:
    """Return every operation of the API: by method and path, what answers it."""
    found = {(method, f"/v1{path}"): answer for method, path, answer in _OTHERS}
    for noun in ("connections", "connectors"):
        for method, path, answer in _OF_CONNECTION:
            found[method, f"/v1/{noun}/{{connection_id}}{path}"] = answer
        for method, path, answer in _WITH_NOUN:
            found[method, f"/v1{path.format(noun=noun)}"] = answer
    return found


def _routes(account: Account) -> list[Route]:
    """Return one route per path: of several, Starlette would name only the first one's methods."""
    by_path: dict[str, dict[str, Callable[[Call], Response]]] = {}
    for (method, path), answer in operations().items():
        by_path.setdefault(path, {})[method] = answer
    return [
        Route(path, _by_method(account, answers), methods=list(answers))
        for path, answers in by_path.items()
    ]


def _by_method(
    account: Account, answers: dict[str, Callable[[Call], Response]]
) -> Callable[[Request], object]:
    endpoints = {method: route(account, answer) for method, answer in answers.items()}

    async def endpoint(request: Request) -> Response:
        # Starlette sends HEAD where GET is allowed.
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return endpoint


class _Entrance:
    """What every request passes first: credentials, rate limit, `Accept`, slashes at the end."""

    def __init__(self, app: ASGIApp, rate_limit: RateLimit) -> None:
        self._app = app
        self._rate_limit = rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
