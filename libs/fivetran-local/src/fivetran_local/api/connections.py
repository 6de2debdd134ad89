"""`/connections` (and `/connectors`, their name before 2024): read, change, test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fivetran_local.api.bodies import ConnectionPatch, UpdateControls, parsed
from fivetran_local.api.connection_object import connection_object, is_historical
from fivetran_local.api.envelope import ApiError, invalid, not_found, success
from fivetran_local.api.paging import page
from fivetran_local.api.triggers import want_resync

if TYPE_CHECKING:
    from starlette.responses import Response

    from fivetran_local.api.call import Call
    from fivetran_local.declaration import ConnectorDeclaration

# What a PATCH may change by the documentation and nothing comes of here.
_WITHOUT_EFFECT = {
    "config",
    "auth",
    "schema_status",
    "networking_method",
    "private_link_id",
    "proxy_agent_id",
    "hybrid_deployment_agent_id",
    "destination_configuration",
    "external_secrets_manager_id",
    "external_secrets_keys_config",
}


def list_connections(call: Call) -> Response:
    """`GET /connections`: all, or those of a group or with a name."""
    query = call.request.query_params
    group_id = query.get("group_id")
    return success(
        "Connections list retrieved successfully",
        _page(call, group_matches=group_id in {None, call.account.declaration.destination.id}),
    )


def list_connections_of_group(call: Call) -> Response:
    """`GET /groups/{id}/connections`."""
    if call.path("group_id") != call.account.declaration.destination.id:
        raise not_found("Group", call.path("group_id"))
    return success("Group connections retrieved successfully", _page(call, group_matches=True))


def _page(call: Call, *, group_matches: bool) -> dict[str, Any]:
    name = call.request.query_params.get("schema")
    items = [
        connection_object(call.account, declared)
        for declared in call.account.connectors.values()
        if group_matches and name in {None, declared.name}
    ]
    return page(call.request, items, key=lambda item: str(item["id"]))


def get_connection(call: Call) -> Response:
    """`GET /connections/{id}`."""
    declared = call.connector()
    if call.account.state.connections.get(declared.id).setup_state != "connected":
        call.account.check_setup(declared.id)
    return success(
        "Connection details retrieved successfully", connection_object(call.account, declared)
    )


def patch_connection(call: Call) -> Response:
    """`PATCH /connections/{id}`: pause, schedule, frequency, historical re-sync."""
    declared = call.connector()
    settings = parsed(ConnectionPatch, call.body).model_dump(exclude_unset=True)
    if not settings and not _WITHOUT_EFFECT & set(call.body):
        raise invalid("The body must hold at least one setting, such as 'paused'.")
    is_tested = parsed(UpdateControls, call.body).run_setup_tests
    historical = settings.pop("is_historical_sync", False)
    before = call.account.state.connections.get(declared.id)
    if settings:
        call.account.state.connections.change(declared.id, settings)
    tables = call.account.state.tables.of(declared.id)
    paused = settings.get("paused", before.paused)
    if historical:
        want_resync(call.account, declared.id, None)
    if historical and not paused:
        call.account.syncs.start(declared.id, stop=True)
    elif before.paused and not paused and is_historical(tables):
        # A re-sync that was asked for during the pause was put off until now.
        call.account.syncs.start(declared.id)
    tests = _setup_tests(call, declared) if is_tested else []
    item = connection_object(call.account, declared)
    return success("Connection has been updated", item | {"setup_tests": tests})


def test_connection(call: Call) -> Response:
    """`POST /connections/{id}/test`: asks the source now."""
    declared = call.connector()
    if not call.has_body:
        raise invalid("The body is missing; an empty object will do.")
    tests = _setup_tests(call, declared)
    item = connection_object(call.account, declared)
    return success("Setup tests have been completed", item | {"setup_tests": tests})


def get_state(call: Call) -> Response:
    """`/connections/{id}/state`: documented for function connectors only; there are none here."""
    call.connector()
    raise ApiError(405, "MethodNotAllowed", "This connection is not a function connection.")


def _setup_tests(call: Call, declared: ConnectorDeclaration) -> list[dict[str, str]]:
    problem = call.account.check_setup(declared.id)
    return [
        {
            "title": "Connecting to the source",
            "status": "FAILED" if problem else "PASSED",
            "message": problem or "",
        }
    ]
