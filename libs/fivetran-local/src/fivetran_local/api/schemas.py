"""`/connections/{id}/schemas`: what is in the source, and what of it is synced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fivetran_local.api.bodies import (
    ColumnPatch,
    ReloadRequest,
    SchemaConfigPatch,
    SchemaPatch,
    TablePatch,
    parsed,
)
from fivetran_local.api.envelope import ApiError, invalid, success
from fivetran_local.errors import SyncError
from fivetran_local.names import destination_name
from fivetran_local.state.selection import Change, NotSelectableError, SelectionRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from starlette.responses import Response

    from fivetran_local.api.call import Call
    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.state.tables import TrackedColumn, TrackedTable


def get_schemas(call: Call) -> Response:
    """`GET /connections/{id}/schemas`."""
    return _answer(call, "Schema configuration retrieved successfully")


def patch_schemas(call: Call) -> Response:
    """`PATCH /connections/{id}/schemas`: the whole tree, or parts of it."""
    declared = call.connector()
    patch = parsed(SchemaConfigPatch, call.body)
    tables = _tables(call, declared)
    changes = [
        change
        for name, schema in patch.schemas.items()
        for change in _schema_changes(name, schema, tables)
    ]
    _change(call, declared, changes)
    if patch.schema_change_handling is not None:
        handling = {"schema_change_handling": patch.schema_change_handling}
        call.account.state.connections.change(declared.id, handling)
    return _answer(call, "Schema configuration has been modified")


def patch_schema(call: Call) -> Response:
    """`PATCH /connections/{id}/schemas/{schema}`."""
    declared = call.connector()
    patch = parsed(SchemaPatch, call.body)
    tables = _tables(call, declared)
    _change(call, declared, _schema_changes(call.path("schema_name"), patch, tables))
    return _answer(call, "Database schema configuration has been modified")


def patch_table(call: Call) -> Response:
    """`PATCH /connections/{id}/schemas/{schema}/tables/{table}`."""
    declared = call.connector()
    patch = parsed(TablePatch, call.body)
    tables = _tables(call, declared)
    schema_name, table_name = call.path("schema_name"), call.path("table_name")
    _change(call, declared, _table_changes(schema_name, table_name, patch, tables))
    return _answer(call, "Table configuration has been modified")


def patch_column(call: Call) -> Response:
    """`PATCH /connections/{id}/schemas/{schema}/tables/{table}/columns/{column}`."""
    declared = call.connector()
    column = parsed(ColumnPatch, call.body)
    patch = TablePatch(columns={call.path("column_name"): column})
    tables = _tables(call, declared)
    schema_name, table_name = call.path("schema_name"), call.path("table_name")
    _change(call, declared, _table_changes(schema_name, table_name, patch, tables))
    return _answer(call, "Column configuration has been modified")


def reload_schemas(call: Call) -> Response:
    """`POST /connections/{id}/schemas/reload`: looks at the source again."""
    declared = call.connector()
    mode = parsed(ReloadRequest, call.body).exclude_mode
    try:
        call.account.discover(declared.id)
    except SyncError as error:
        raise ApiError(404, "NotFound_SchemaConfig", str(error)) from error
    if mode != "PRESERVE":
        call.account.state.selection.enable_all(declared.id, enabled=mode == "INCLUDE")
    return _answer(call, "Schema configuration has been reloaded")


def get_columns(call: Call) -> Response:
    """`GET /connections/{id}/schemas/{schema}/tables/{table}/columns`: by names of the source."""
    declared = call.connector()
    try:
        tables = call.account.discover(declared.id)
    except SyncError as error:
        raise ApiError(404, "NotFound_SchemaConfig", str(error)) from error
    schema_name, table_name = call.path("schema_name"), call.path("table_name")
    for table in tables:
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


def _answer(call: Call, message: str) -> Response:
    declared = call.connector()
    tables = _tables(call, declared)
    handling = call.account.state.connections.get(declared.id).schema_change_handling
    schemas: dict[str, dict[str, Any]] = {}
    for table in tables:
        schema = schemas.setdefault(
            table.schema_name,
            {
                "name_in_destination": declared.destination_schema(table.schema_name),
                "enabled": table.schema_enabled,
                "tables": {},
            },
        )
        schema["tables"][table.name] = _table_object(table)
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
        # As documented: only columns that somebody has set; the rest follow the table.
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


def _tables(call: Call, declared: ConnectorDeclaration) -> Sequence[TrackedTable]:
    try:
        tables = call.account.tables(declared.id)
    except SyncError as error:
        raise ApiError(404, "NotFound_SchemaConfig", str(error)) from error
    if not tables:
        raise ApiError(
            404, "NotFound_SchemaConfig", f"The source of '{declared.id}' has no tables."
        )
    return tables


def _schema_changes(
    name: str, patch: SchemaPatch, tables: Sequence[TrackedTable]
) -> Iterator[Change]:
    yield Change(name, enabled=patch.enabled)
    for table_name, table in patch.tables.items():
        yield from _table_changes(name, table_name, table, tables)


def _table_changes(
    schema_name: str, table_name: str, patch: TablePatch, tables: Sequence[TrackedTable]
) -> Iterator[Change]:
    if patch.sync_mode == "LIVE":
        raise invalid(f"{schema_name}.{table_name} supports sync_mode SOFT_DELETE and HISTORY.")
    yield Change(schema_name, table_name, enabled=patch.enabled, sync_mode=patch.sync_mode)
    keys = {
        column.name
        for table in tables
        if (table.schema_name, table.name) == (schema_name, table_name)
        for column in table.columns
        if column.is_primary_key
    }
    for name, column in patch.columns.items():
        if column.is_primary_key not in {None, name in keys}:
            raise invalid(f"{schema_name}.{table_name}.{name}: the source decides its primary key.")
        yield Change(schema_name, table_name, name, column.enabled, column.hashed)


def _change(call: Call, declared: ConnectorDeclaration, changes: Iterable[Change]) -> None:
    try:
        call.account.state.selection.change(declared.id, changes)
    except NotSelectableError as error:
        raise ApiError(404, f"NotFound_{error.kind}", str(error)) from error
    except SelectionRefusedError as error:
        raise invalid(str(error)) from error
