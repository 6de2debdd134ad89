"""What starts syncs: `/sync`, and re-syncs of a connection, of tables, of one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fivetran_local.api.bodies import ResyncRequest, SyncRequest, TableNames, parsed
from fivetran_local.api.envelope import ApiError, invalid, success
from fivetran_local.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from fivetran_local.account import Account
    from fivetran_local.api.call import Call
    from fivetran_local.declaration import ConnectorDeclaration


def sync_connection(call: Call) -> Response:
    """`POST /connections/{id}/sync` and its forerunner `/force`."""
    declared = call.connector()
    force = parsed(SyncRequest, call.body).force
    _refuse_if_paused(call, declared)
    call.account.syncs.start(declared.id, stop=force)
    return _triggered(declared)


def resync_connection(call: Call) -> Response:
    """`POST /connections/{id}/resync`: all tables, or those in `scope`."""
    declared = call.connector()
    _resync(call, declared, parsed(ResyncRequest, call.body).scope)
    return _triggered(declared)


def resync_tables(call: Call) -> Response:
    """`POST /connections/{id}/schemas/tables/resync`: the body is the scope itself."""
    declared = call.connector()
    if not call.body:
        raise invalid("The body must name schemas and their tables: {schema: [table, ...]}.")
    _resync(call, declared, parsed(ResyncRequest, {"scope": call.body}).scope)
    return success("Re-sync has been triggered successfully")


def resync_table(call: Call) -> Response:
    """`POST /connections/{id}/schemas/{schema}/tables/{table}/resync`.

    No longer in the reference, but what the published Go client still asks for.
    """
    scope = {call.path("schema_name"): [call.path("table_name")]}
    _resync(call, call.connector(), scope)
    return success("Re-sync has been triggered successfully")


def _refuse_if_paused(call: Call, declared: ConnectorDeclaration) -> None:
    # Not established for the real API; a 200 here would have clients poll for ever.
    if call.account.state.connections.get(declared.id).paused:
        raise ApiError(
            409, "Conflict", f"Connection '{declared.id}' is paused; set 'paused' to false first."
        )


def _resync(
    call: Call, declared: ConnectorDeclaration, scope: dict[str, TableNames] | None
) -> None:
    if scope is None:
        want_resync(call.account, declared.id, None)
    else:
        wanted = {(schema, table) for schema, tables in scope.items() for table in tables}
        present = {(table.schema_name, table.name) for table in _tables(call, declared)}
        for schema_name, name in sorted(wanted - present):
            raise ApiError(
                404, "NotFound_Table", f"Table '{schema_name}.{name}' is not in the schema config."
            )
        want_resync(call.account, declared.id, wanted)
    if not call.account.state.connections.get(declared.id).paused:
        call.account.syncs.start(declared.id, again=True)


def _tables(call: Call, declared: ConnectorDeclaration) -> Any:
    try:
        return call.account.tables(declared.id)
    except SyncError as error:
        raise ApiError(404, "NotFound_SchemaConfig", str(error)) from error


def want_resync(
    account: Account, connection_id: str, tables: Iterable[tuple[str, str]] | None
) -> None:
    """Have the next sync read these tables in full, or all where None are named."""
    if tables is None:
        tables = [
            (table.schema_name, table.name) for table in account.state.tables.of(connection_id)
        ]
    account.state.tables.want_resync(connection_id, tables)


def _triggered(declared: ConnectorDeclaration) -> Response:
    return success(f"Sync has been successfully triggered for connection with id '{declared.id}'")
