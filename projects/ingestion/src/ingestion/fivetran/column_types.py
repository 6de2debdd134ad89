"""Which types a connector's columns have in the work file: asked for when a snapshot is taken."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.fivetran.destination import UNBOUNDED_NUMERIC
from ingestion.fivetran.errors import CredentialsRefused, NotFound
from ingestion.fivetran.open_destination import open_destination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.fivetran.client import IngestionFivetranClient
    from ingestion.fivetran.snapshot import Snapshot

_log = logging.getLogger(__name__)
_UNBOUNDED = {"DECIMAL", "NUMERIC"}
_NOT_OF_DUCKDB = {"JSONB": "JSON"}


def told_types(
    client: IngestionFivetranClient, connector_id: str
) -> Mapping[tuple[str, str, str], str]:
    """Ask the API's metadata of a connector for the type of every column.

    Those endpoints are not part of every plan, and not of the published definition any more
    (https://fivetran.com/docs/rest-api, "Metadata API"): without them the answer is empty.

    Args:
        client: Of the account, or of the local server.
        connector_id: The connector.

    Returns:
        By source schema, source table and source column: the type as DuckDB spells it.
    """
    try:
        schemas, tables, columns = (
            client.list_metadata(connector_id, what) for what in ("schemas", "tables", "columns")
        )
    except (NotFound, CredentialsRefused) as refused:
        _log.warning("%s So the API does not tell the types of columns.", refused)
        return {}
    schema_names = {schema["id"]: _source_name(schema) for schema in schemas}
    places = {
        table["id"]: (schema_names[table["parent_id"]], _source_name(table))
        for table in tables
        if table.get("parent_id") in schema_names
    }
    return {
        (*places[column["parent_id"]], _source_name(column)): work_file_type(
            column.get("type_in_destination") or ""
        )
        for column in columns
        if column.get("parent_id") in places
    }


def work_file_type(told: str) -> str:
    """Return a destination's type as DuckDB spells it: `TIMESTAMPTZ` is one with a time zone.

    Args:
        told: As the API tells it; a type that DuckDB does not know, such as another warehouse's
            `NUMBER(38,0)`, stays as it is.
    """
    name = told.strip().upper()
    if name in _UNBOUNDED:
        return UNBOUNDED_NUMERIC
    try:
        return str(duckdb.sqltype(_NOT_OF_DUCKDB.get(name, told)))
    except duckdb.Error:
        return told


def with_missing_types(snapshot: Snapshot, destination_url: str) -> Snapshot:
    """Complete a snapshot whose types the API did not tell, from the destination's tables.

    Args:
        snapshot: Some types of which may be empty.
        destination_url: Where Fivetran writes.

    Raises:
        FivetranError: The destination can't be read.
    """
    if all(column.type for table in snapshot.tables for column in table.columns):
        return snapshot
    with open_destination(destination_url) as destination:
        found = {
            (table.source, column.name): column.type
            for table in snapshot.tables
            for column in destination.columns(table.key.path)
        }

    def typed(place: str, column: Mapping[str, Any]) -> dict[str, Any]:
        missing = found.get((place, column["name_in_destination"]), "")
        return {**column, "type": column.get("type") or missing}

    return replace(
        snapshot,
        schemas={
            schema_name: {
                **schema,
                "tables": {
                    name: {
                        **table,
                        "columns": {
                            column_name: typed(f"{schema_name}.{name}", column)
                            for column_name, column in table["columns"].items()
                        },
                    }
                    for name, table in schema["tables"].items()
                },
            }
            for schema_name, schema in snapshot.schemas.items()
        },
    )


def _source_name(item: Mapping[str, Any]) -> str:
    """Sources without schemas have none to name; the schema configuration then has ours."""
    return str(item.get("name_in_source") or item["name_in_destination"])
