"""Triggers of syncs: `/sync`, and re-syncs of a connection, of tables, of one table."""

from starlette.responses import Response

from fivetran_local.rest.api_call import ApiCall
from fivetran_local.rest.request_bodies import ResyncRequest, SyncRequest, parsed
from fivetran_local.rest.responses import ApiError, invalid, success


def sync_connection(call: ApiCall) -> Response:
    """`POST /connections/{id}/sync` and its predecessor `/force`."""
    connection_id = call.connector.id
    force = parsed(SyncRequest, call.body).force
    # Not established for the real API; after a 200 clients would poll forever.
    if call.account.state.connections.get(connection_id).paused:
        message = f"Connection '{connection_id}' is paused; set 'paused' to false first."
        raise ApiError(409, "Conflict", message)
    call.account.syncs.start(connection_id, stop=force)
    return _triggered(call)


def resync_connection(call: ApiCall) -> Response:
    """`POST /connections/{id}/resync`: all tables, or those in `scope`."""
    _resync(call, parsed(ResyncRequest, call.body).scope)
    return _triggered(call)


def resync_tables(call: ApiCall) -> Response:
    """`POST /connections/{id}/schemas/tables/resync`: the body is the scope."""
    if not call.body:
        raise invalid("The body must name schemas and their tables: {schema: [table, ...]}.")
    _resync(call, parsed(ResyncRequest, {"scope": call.body}).scope)
    return success("Re-sync has been triggered successfully")


def resync_table(call: ApiCall) -> Response:
    """`POST /connections/{id}/schemas/{schema}/tables/{table}/resync`.

    No longer documented, but used by the published Go client.
    """
    _resync(call, {call.path("schema_name"): [call.path("table_name")]})
    return success("Re-sync has been triggered successfully")


def _resync(call: ApiCall, scope: dict[str, list[str]] | None) -> None:
    connection_id, state = call.connector.id, call.account.state
    wanted = None
    if scope is not None:
        wanted = {(schema, table) for schema, tables in scope.items() for table in tables}
        present = {(table.schema_name, table.name) for table in call.tables}
        for schema_name, name in sorted(wanted - present):
            raise ApiError(
                404, "NotFound_Table", f"Table '{schema_name}.{name}' is not in the schema config."
            )
    state.tables.request_resync(connection_id, wanted)
    if not state.connections.get(connection_id).paused:
        call.account.syncs.start(connection_id, again=True)


def _triggered(call: ApiCall) -> Response:
    id_ = call.connector.id
    return success(f"Sync has been successfully triggered for connection with id '{id_}'")
