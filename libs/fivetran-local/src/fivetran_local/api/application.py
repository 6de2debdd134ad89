"""The application: every path of the API, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from fivetran_local.api import connections, envelope, groups, metadata, schemas, triggers
from fivetran_local.api.call import route
from fivetran_local.api.entrance import Entrance
from fivetran_local.api.rate_limit import RateLimit
from fivetran_local.api.status_page import status_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from fivetran_local.account import Account
    from fivetran_local.api.call import Call

_OF_CONNECTION: tuple[tuple[str, str, Callable[[Call], Response]], ...] = (
    ("GET", "", connections.get_connection),
    ("PATCH", "", connections.patch_connection),
    ("POST", "/sync", triggers.sync_connection),
    ("POST", "/force", triggers.sync_connection),
    ("POST", "/resync", triggers.resync_connection),
    ("POST", "/test", connections.test_connection),
    ("GET", "/state", connections.get_state),
    ("PATCH", "/state", connections.get_state),
    ("GET", "/schemas", schemas.get_schemas),
    ("PATCH", "/schemas", schemas.patch_schemas),
    ("POST", "/schemas/reload", schemas.reload_schemas),
    ("POST", "/schemas/tables/resync", triggers.resync_tables),
    ("POST", "/schemas/{schema_name}/tables/{table_name}/resync", triggers.resync_table),
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
    return Entrance(app, RateLimit(declared.requests, declared.seconds))


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
