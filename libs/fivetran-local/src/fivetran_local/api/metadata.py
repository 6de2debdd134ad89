"""`/metadata`: what connector types there are, and what each connection's tables look like.

The part by connection is older than the published definition and no longer in it, but catalogs and
the Airflow provider ask it for lineage (`MetadataColumnsList` in fivetran/go-fivetran).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from fivetran_local.api.envelope import ApiError, not_found, success
from fivetran_local.api.paging import page
from fivetran_local.errors import SyncError
from fivetran_local.names import destination_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from fivetran_local.api.call import Call
    from fivetran_local.state.tables import TrackedTable


def list_connector_types(call: Call) -> Response:
    """`GET /metadata/connector-types`: the services that are declared."""
    services = sorted({declared.service for declared in call.account.connectors.values()})
    items = [_connector_type(call, service) for service in services]
    return success("Connectors list retrieved successfully", page(call.request, items, _id))


def get_connector_type(call: Call) -> Response:
    """`GET /metadata/connector-types/{service}`."""
    service = call.path("service")
    if service not in {declared.service for declared in call.account.connectors.values()}:
        raise not_found("ConnectorType", service)
    item = _connector_type(call, service) | {"config": {}, "auth": {}}
    return success("Connector configuration retrieved successfully", item)


def list_schemas(call: Call) -> Response:
    """`GET /metadata/connections/{id}/schemas`."""
    declared = call.connector()
    names = sorted({table.schema_name for table in _tables(call)})
    items = [
        {
            "id": _identity(declared.id, name),
            "name_in_source": name,
            "name_in_destination": declared.destination_schema(name),
        }
        for name in names
    ]
    return success("Schemas retrieved successfully", page(call.request, items, _id))


def list_tables(call: Call) -> Response:
    """`GET /metadata/connections/{id}/tables`."""
    declared = call.connector()
    items = [
        {
            "id": _identity(declared.id, table.schema_name, table.name),
            "parent_id": _identity(declared.id, table.schema_name),
            "name_in_source": table.name,
            "name_in_destination": destination_name(table.name),
        }
        for table in _tables(call)
    ]
    return success("Tables retrieved successfully", page(call.request, items, _id))


def list_columns(call: Call) -> Response:
    """`GET /metadata/connections/{id}/columns`."""
    declared = call.connector()
    items = [
        {
            "id": _identity(declared.id, table.schema_name, table.name, column.name),
            "parent_id": _identity(declared.id, table.schema_name, table.name),
            "name_in_source": column.name,
            "name_in_destination": destination_name(column.name),
            "type_in_source": column.type,
            "type_in_destination": "VARCHAR" if column.hashed else column.type,
            "is_primary_key": column.is_primary_key,
            "is_foreign_key": False,
        }
        for table in _tables(call)
        for column in table.columns
        if column.is_synced
    ]
    return success("Columns retrieved successfully", page(call.request, items, _id))


def _tables(call: Call) -> Sequence[TrackedTable]:
    try:
        tables = call.account.tables(call.connector().id)
    except SyncError as error:
        raise ApiError(404, "NotFound_SchemaConfig", str(error)) from error
    return [table for table in tables if table.is_synced]


def _connector_type(call: Call, service: str) -> dict[str, Any]:
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
        "supported_features": [
            {"id": feature}
            for feature in (
                "CAPTURE_DELETES",
                "DATA_BLOCKING",
                "COLUMN_HASHING",
                "RE_SYNC",
                "HISTORY",
            )
        ],
        "service_status": "general_availability",
    }


def _identity(*names: str) -> str:
    """Return a stable, opaque id; schema names of two connections must not meet."""
    return hashlib.blake2b("\0".join(names).encode(), digest_size=12).hexdigest()


def _id(item: dict[str, Any]) -> str:
    return str(item["id"])
