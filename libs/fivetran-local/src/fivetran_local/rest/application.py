"""The application: every path of the API, and its handler."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from fivetran_local.account import Account
from fivetran_local.rest import connections, groups, metadata, schemas, sync_triggers
from fivetran_local.rest.api_call import Handler, endpoint
from fivetran_local.rest.middleware import ApiMiddleware, RateLimit
from fivetran_local.rest.responses import exception_handlers
from fivetran_local.rest.status_page import status_page

# NOUN is both `connections` and `connectors`, its name before 2024.
_CONNECTION = "/NOUN/{connection_id}"
_METADATA = "/metadata/NOUN/{connection_id}"
_SCHEMA = f"{_CONNECTION}/schemas/{{schema_name}}"
_TABLE = f"{_SCHEMA}/tables/{{table_name}}"

_OPERATIONS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/account/info", groups.get_account),
    ("GET", "/users", groups.list_users),
    ("GET", "/users/{user_id}", groups.get_user),
    ("GET", "/groups", groups.list_groups),
    ("GET", "/groups/{group_id}", groups.get_group),
    ("GET", "/groups/{group_id}/NOUN", connections.list_connections_of_group),
    ("GET", "/destinations", groups.list_destinations),
    ("GET", "/destinations/{destination_id}", groups.get_destination),
    ("POST", "/destinations/{destination_id}/test", groups.test_destination),
    ("GET", "/metadata/connector-types", metadata.list_connector_types),
    ("GET", "/metadata/connector-types/{service}", metadata.get_connector_type),
    # The name of `/metadata/connector-types` before 2025.
    ("GET", "/metadata/NOUN", metadata.list_connector_types),
    ("GET", "/metadata/NOUN/{service}", metadata.get_connector_type),
    ("GET", f"{_METADATA}/schemas", metadata.list_schemas),
    ("GET", f"{_METADATA}/tables", metadata.list_tables),
    ("GET", f"{_METADATA}/columns", metadata.list_columns),
    ("GET", "/NOUN", connections.list_connections),
    ("GET", _CONNECTION, connections.get_connection),
    ("PATCH", _CONNECTION, connections.patch_connection),
    ("POST", f"{_CONNECTION}/sync", sync_triggers.sync_connection),
    ("POST", f"{_CONNECTION}/force", sync_triggers.sync_connection),
    ("POST", f"{_CONNECTION}/resync", sync_triggers.resync_connection),
    ("POST", f"{_CONNECTION}/test", connections.test_connection),
    ("GET", f"{_CONNECTION}/state", connections.get_state),
    ("PATCH", f"{_CONNECTION}/state", connections.get_state),
    ("GET", f"{_CONNECTION}/schemas", schemas.get_schemas),
    ("PATCH", f"{_CONNECTION}/schemas", schemas.patch_schemas),
    ("POST", f"{_CONNECTION}/schemas/reload", schemas.reload_schemas),
    ("POST", f"{_CONNECTION}/schemas/tables/resync", sync_triggers.resync_tables),
    ("PATCH", _SCHEMA, schemas.patch_schema),
    ("PATCH", _TABLE, schemas.patch_table),
    ("POST", f"{_TABLE}/resync", sync_triggers.resync_table),
    ("GET", f"{_TABLE}/columns", schemas.get_columns),
    ("PATCH", f"{_TABLE}/columns/{{column_name}}", schemas.patch_column),
)


def application(account: Account) -> ASGIApp:
    """Return the application that serves an account."""

    def page(request: Request) -> Response:
        return status_page(account, request)

    app = Starlette(
        routes=[*_routes(account), Route("/", page)], exception_handlers=exception_handlers()
    )
    declared = account.declaration.rate_limit
    return ApiMiddleware(app, RateLimit(declared.requests, declared.seconds))


def operations() -> dict[tuple[str, str], Handler]:
    """Return every operation of the API: handlers by method and path."""
    return {
        (method, f"/v1{path.replace('NOUN', noun)}"): handler
        for noun in ("connections", "connectors")
        for method, path, handler in _OPERATIONS
    }


def _routes(account: Account) -> list[Route]:
    """Return one route per path: a 405 of Starlette lists the methods of one route only."""
    by_path: dict[str, dict[str, Handler]] = {}
    for (method, path), handler in operations().items():
        by_path.setdefault(path, {})[method] = handler
    return [
        Route(path, endpoint(account, handlers), methods=list(handlers))
        for path, handlers in by_path.items()
    ]
