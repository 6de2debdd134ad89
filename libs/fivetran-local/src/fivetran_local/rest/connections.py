"""`/connections` (and `/connectors`, their name before 2024): read, change, test."""

from typing import Any

from starlette.responses import Response

from fivetran_local.rest.api_call import ApiCall
from fivetran_local.rest.connection_object import connection_object, is_historical, setup_tests
from fivetran_local.rest.request_bodies import ConnectionPatch, parsed
from fivetran_local.rest.responses import ApiError, invalid, not_found, success

# Documented fields of a PATCH that have no effect here.
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


def list_connections(call: ApiCall) -> Response:
    """`GET /connections`: all, or those of a group or with a name."""
    group_id = call.request.query_params.get("group_id")
    in_group = group_id in {None, call.account.declaration.destination.id}
    return success("Connections list retrieved successfully", _page(call, in_group=in_group))


def list_connections_of_group(call: ApiCall) -> Response:
    """`GET /groups/{id}/connections`."""
    if call.path("group_id") != call.account.declaration.destination.id:
        raise not_found("Group", call.path("group_id"))
    return success("Group connections retrieved successfully", _page(call, in_group=True))


def _page(call: ApiCall, *, in_group: bool) -> dict[str, Any]:
    name = call.request.query_params.get("schema")
    return call.page(
        [
            connection_object(call.account, declared)
            for declared in call.account.connectors.values()
            if in_group and name in {None, declared.name}
        ]
    )


def get_connection(call: ApiCall) -> Response:
    """`GET /connections/{id}`."""
    declared = call.connector
    if call.account.state.connections.get(declared.id).setup_state != "connected":
        call.account.check_setup(declared.id)
    item = connection_object(call.account, declared)
    return success("Connection details retrieved successfully", item)


def patch_connection(call: ApiCall) -> Response:
    """`PATCH /connections/{id}`: pause, schedule, frequency, historical re-sync."""
    connection_id, state = call.connector.id, call.account.state
    settings = parsed(ConnectionPatch, call.body).model_dump(exclude_unset=True)
    is_tested = settings.pop("run_setup_tests", True)
    if not settings and not _WITHOUT_EFFECT & set(call.body):
        raise invalid("The body must hold at least one setting, such as 'paused'.")
    historical = settings.pop("is_historical_sync", False)
    before = state.connections.get(connection_id)
    if settings:
        state.connections.change(connection_id, settings)
    tables = state.tables.of(connection_id)
    paused = settings.get("paused", before.paused)
    if historical:
        state.tables.request_resync(connection_id)
    if historical and not paused:
        call.account.syncs.start(connection_id, stop=True)
    elif before.paused and not paused and is_historical(tables):
        # A re-sync that was requested during the pause was postponed until now.
        call.account.syncs.start(connection_id)
    return success("Connection has been updated", _tested(call, is_tested=is_tested))


def test_connection(call: ApiCall) -> Response:
    """`POST /connections/{id}/test`: checks the source."""
    if not call.has_body:
        raise invalid("The body is missing; an empty object will do.")
    return success("Setup tests have been completed", _tested(call, is_tested=True))


def get_state(call: ApiCall) -> Response:
    """`/connections/{id}/state`: documented for function connectors; there are none here."""
    del call
    raise ApiError(405, "MethodNotAllowed", "This connection is not a function connection.")


def _tested(call: ApiCall, *, is_tested: bool) -> dict[str, Any]:
    """Return the connection in the API's format, with the results of its setup tests."""
    declared = call.connector
    tests = []
    if is_tested:
        tests = setup_tests("Connecting to the source", call.account.check_setup(declared.id))
    return connection_object(call.account, declared) | {"setup_tests": tests}
