"""`/metadata`: the connector types, and the tables and columns of each connection.

The paths by connection are older than the published definition and no longer in it. But data
catalogs and the Airflow provider use them for lineage (`MetadataColumnsList` in
fivetran/go-fivetran).
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from fivetran_local.names import destination_name
from fivetran_local.rest.api_call import ApiCall
from fivetran_local.rest.responses import not_found, success
from fivetran_local.state.tables import TrackedTable

_FEATURES = ("CAPTURE_DELETES", "DATA_BLOCKING", "COLUMN_HASHING", "RE_SYNC", "HISTORY")


def list_connector_types(call: ApiCall) -> Response:
    """`GET /metadata/connector-types`: the declared services."""
    items = [_connector_type(call, service) for service in _services(call)]
    return success("Connectors list retrieved successfully", call.page(items))


def get_connector_type(call: ApiCall) -> Response:
    """`GET /metadata/connector-types/{service}`."""
    service = call.path("service")
    if service not in _services(call):
        raise not_found("ConnectorType", service)
    item = _connector_type(call, service) | {"config": {}, "auth": {}}
    return success("Connector configuration retrieved successfully", item)


def list_schemas(call: ApiCall) -> Response:
    """`GET /metadata/connections/{id}/schemas`."""
    declared = call.connector
    items = [
        {
            "id": _id(declared.id, name),
            "name_in_source": name,
            "name_in_destination": declared.destination_schema(name),
        }
        for name in {table.schema_name for table in _synced_tables(call)}
    ]
    return success("Schemas retrieved successfully", call.page(items))


def list_tables(call: ApiCall) -> Response:
    """`GET /metadata/connections/{id}/tables`."""
    items = [
        {
            "id": _id(table.connection_id, table.schema_name, table.name),
            "parent_id": _id(table.connection_id, table.schema_name),
            "name_in_source": table.name,
            "name_in_destination": destination_name(table.name),
        }
        for table in _synced_tables(call)
    ]
    return success("Tables retrieved successfully", call.page(items))


def list_columns(call: ApiCall) -> Response:
    """`GET /metadata/connections/{id}/columns`."""
    items = [
        {
            "id": _id(table.connection_id, table.schema_name, table.name, column.name),
            "parent_id": _id(table.connection_id, table.schema_name, table.name),
            "name_in_source": column.name,
            "name_in_destination": destination_name(column.name),
            "type_in_source": column.type,
            "type_in_destination": "VARCHAR" if column.hashed else column.type,
            "is_primary_key": column.is_primary_key,
            "is_foreign_key": False,
        }
        for table in _synced_tables(call)
        for column in table.columns
        if column.is_synced
    ]
    return success("Columns retrieved successfully", call.page(items))


def _services(call: ApiCall) -> set[str]:
    return {declared.service for declared in call.account.connectors.values()}


def _synced_tables(call: ApiCall) -> Sequence[TrackedTable]:
    return [table for table in call.tables if table.is_synced]


def _connector_type(call: ApiCall, service: str) -> dict[str, Any]:
    is_database = any(
        declared.schema_prefix is not None
        for declared in call.account.connectors.values()
        if declared.service == service
    )
    return {
        "id": service,
        "name": service.replace("_", " ").title(),
        "type": "Database" if is_database else "File",
        "description": "Emulated by the local server",
        "icon_url": "",
        "icons": [],
        "link_to_docs": "",
        "connector_class": "standard",
        "supported_features": [{"id": feature} for feature in _FEATURES],
        "service_status": "general_availability",
    }


def _id(*names: str) -> str:
    """Return a stable, opaque id, unique over all connections."""
    return hashlib.blake2b("\0".join(names).encode(), digest_size=12).hexdigest()
