"""`/connections/{id}/schemas`: the source's tables and columns, and their selection."""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from starlette.responses import Response

from fivetran_local.names import destination_name
from fivetran_local.rest.api_call import ApiCall
from fivetran_local.rest.request_bodies import (
    ColumnPatch,
    ReloadRequest,
    SchemaConfigPatch,
    SchemaPatch,
    TablePatch,
    parsed,
)
from fivetran_local.rest.responses import ApiError, invalid, success
from fivetran_local.state.selection import SelectionChange
from fivetran_local.state.tables import TrackedColumn, TrackedTable


def get_schemas(call: ApiCall) -> Response:
    """`GET /connections/{id}/schemas`."""
    return _answer(call, "Schema configuration retrieved successfully")


def patch_schemas(call: ApiCall) -> Response:
    """`PATCH /connections/{id}/schemas`: the whole tree, or parts of it."""
    patch = parsed(SchemaConfigPatch, call.body)
    _select(call, patch.schemas)
    if patch.schema_change_handling is not None:
        handling = {"schema_change_handling": patch.schema_change_handling}
        call.account.state.connections.change(call.connector.id, handling)
    return _answer(call, "Schema configuration has been modified")


def patch_schema(call: ApiCall) -> Response:
    """`PATCH /connections/{id}/schemas/{schema}`."""
    _select(call, {call.path("schema_name"): parsed(SchemaPatch, call.body)})
    return _answer(call, "Database schema configuration has been modified")


def patch_table(call: ApiCall) -> Response:
    """`PATCH /connections/{id}/schemas/{schema}/tables/{table}`."""
    _select_table(call, parsed(TablePatch, call.body))
    return _answer(call, "Table configuration has been modified")


def patch_column(call: ApiCall) -> Response:
    """`PATCH /connections/{id}/schemas/{schema}/tables/{table}/columns/{column}`."""
    column = parsed(ColumnPatch, call.body)
    _select_table(call, TablePatch(columns={call.path("column_name"): column}))
    return _answer(call, "Column configuration has been modified")


def reload_schemas(call: ApiCall) -> Response:
    """`POST /connections/{id}/schemas/reload`: discovers the source's tables again."""
    declared = call.connector
    mode = parsed(ReloadRequest, call.body).exclude_mode
    call.account.discover(declared.id)
    if mode != "PRESERVE":
        call.account.state.selection.enable_all(declared.id, enabled=mode == "INCLUDE")
    return _answer(call, "Schema configuration has been reloaded")


def get_columns(call: ApiCall) -> Response:
    """`GET /connections/{id}/schemas/{schema}/tables/{table}/columns`: by source names."""
    schema_name, table_name = call.path("schema_name"), call.path("table_name")
    for table in call.account.discover(call.connector.id):
        if (table.schema_name, table.name, table.removed) == (schema_name, table_name, False):
            columns = {
                column.name: _column_object(column)
                for column in table.columns
                if not column.removed
            }
            return success("Column configuration retrieved successfully", {"columns": columns})
    raise ApiError(
        404, "NotFound_Table", f"Table '{schema_name}.{table_name}' is not in the source."
    )


def _answer(call: ApiCall, message: str) -> Response:
    """Return a success with the connection's schema config."""
    declared = call.connector
    schemas: dict[str, dict[str, Any]] = {}
    for table in _tables(call):
        schema = schemas.setdefault(
            table.schema_name,
            {
                "name_in_destination": declared.destination_schema(table.schema_name),
                "enabled": table.schema_enabled,
                "tables": {},
            },
        )
        schema["tables"][table.name] = _table_object(table)
    handling = call.account.state.connections.get(declared.id).schema_change_handling
    return success(
        message,
        {
            "enable_new_by_default": handling == "ALLOW_ALL",
            "schema_change_handling": handling,
            "schemas": schemas,
        },
    )


def _table_object(table: TrackedTable) -> dict[str, Any]:
    settings: dict[str, Any] = {"allowed": not table.removed}
    if table.removed:
        settings["reason_code"] = "DELETED"
    return {
        "name_in_destination": destination_name(table.name),
        "enabled": table.enabled and not table.removed,
        "enabled_patch_settings": settings,
        "sync_mode": table.sync_mode,
        "supports_columns_config": True,
        "supports_history_mode": True,
        # As documented: only columns that a user has set; the others follow the table.
        "columns": {
            column.name: _column_object(column) for column in table.columns if column.set_by_user
        },
    }


def _column_object(column: TrackedColumn) -> dict[str, Any]:
    settings: dict[str, Any] = {"allowed": not (column.is_primary_key or column.removed)}
    if column.removed:
        settings["reason_code"] = "DELETED"
    elif column.is_primary_key:
        settings |= {"reason_code": "OTHER", "reason": "The column is part of the primary key"}
    return {
        "name_in_destination": destination_name(column.name),
        "enabled": column.is_synced,
        "hashed": column.hashed,
        "enabled_patch_settings": settings,
        "is_primary_key": column.is_primary_key,
    }


def _tables(call: ApiCall) -> Sequence[TrackedTable]:
    tables = call.tables
    if not tables:
        message = f"The source of '{call.connector.id}' has no tables."
        raise ApiError(404, "NotFound_SchemaConfig", message)
    return tables


def _select(call: ApiCall, patches: dict[str, SchemaPatch]) -> None:
    """Change the selection of schemas, by name."""
    keys = {
        (table.schema_name, table.name, column.name)
        for table in _tables(call)
        for column in table.columns
        if column.is_primary_key
    }
    changes = list(_changes(patches, keys))
    call.account.state.selection.change(call.connector.id, changes)


def _select_table(call: ApiCall, patch: TablePatch) -> None:
    """Change the selection of the table in the path."""
    _select(call, {call.path("schema_name"): SchemaPatch(tables={call.path("table_name"): patch})})


def _changes(
    patches: dict[str, SchemaPatch], keys: Container[tuple[str, str, str]]
) -> Iterator[SelectionChange]:
    for schema_name, schema in patches.items():
        yield SelectionChange(schema_name, enabled=schema.enabled)
        for name, table in schema.tables.items():
            place = f"{schema_name}.{name}"
            if table.sync_mode == "LIVE":
                raise invalid(f"{place} supports sync_mode SOFT_DELETE and HISTORY.")
            yield SelectionChange(
                schema_name, name, enabled=table.enabled, sync_mode=table.sync_mode
            )
            for column_name, column in table.columns.items():
                if column.is_primary_key not in {None, (schema_name, name, column_name) in keys}:
                    raise invalid(f"{place}.{column_name}: the source decides its primary key.")
                yield SelectionChange(schema_name, name, column_name, column.enabled, column.hashed)
