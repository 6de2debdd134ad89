"""Types of a connector's columns in the work file, determined when a snapshot is taken."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.fivetran.destination import UNBOUNDED_NUMERIC
from ingestion.fivetran.errors import CredentialsRefused, DestinationUnreachable, NotFound
from ingestion.fivetran.open_destination import open_destination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.fivetran.http_client import FivetranHttp
    from ingestion.fivetran.snapshot import Snapshot

_log = logging.getLogger(__name__)
_UNBOUNDED = {"DECIMAL", "NUMERIC"}
_NOT_OF_DUCKDB = {"JSONB": "JSON"}


def api_types(http: FivetranHttp, connector_id: str) -> Mapping[tuple[str, str, str], str]:
    """Return the type of every column from the API's metadata of a connector.

    The endpoints are not part of every plan, nor of the published definition any more
    (https://fivetran.com/docs/rest-api, "Metadata API"). The result is empty without them.

    Args:
        http: Requests to the account or to the local server.
        connector_id: Id of the connector.

    Returns:
        DuckDB's name of the type, by source schema, source table and source column.
    """
    try:
        schemas, tables, columns = (
            list(http.pages(f"metadata/connectors/{connector_id}/{kind}"))
            for kind in ("schemas", "tables", "columns")
        )
    except (NotFound, CredentialsRefused) as refused:
        _log.warning("%s The types of columns are read from the destination.", refused)
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


def work_file_type(api_type: str) -> str:
    """Return DuckDB's name of a destination's type.

    Args:
        api_type: The API's type. One that DuckDB does not know, such as another warehouse's
            `NUMBER(38,0)`, is returned unchanged.
    """
    return duckdb_type(api_type) or api_type


def duckdb_type(name: str) -> str:
    """Return DuckDB's name of a type, such as VARCHAR for `STRING`; empty if it knows no such type.

    Args:
        name: Name in any spelling, of a destination or of DuckDB.
    """
    spelled = name.strip().upper()
    if spelled in _UNBOUNDED:
        return UNBOUNDED_NUMERIC
    try:
        return str(duckdb.sqltype(_NOT_OF_DUCKDB.get(spelled, name)))
    except duckdb.Error:
        return ""


def with_destination_types(snapshot: Snapshot, destination_url: str) -> Snapshot:
    """Return a snapshot with the types of the destination's tables, which are those of the import.

    The API's names are not always precise: a data lake's `TIMESTAMP` has a zone in Delta tables,
    and a column that was widened may keep its source's type in the API. The API's types stay for
    columns that the destination does not have yet.

    Args:
        snapshot: Some of its types may be empty.
        destination_url: Address of the destination.

    Raises:
        FivetranError: the destination cannot be read, and the API does not have all types.
    """
    try:
        with open_destination(destination_url) as destination:
            found = {
                (table.source, column.name): column.type
                for table in snapshot.tables
                for column in destination.columns(table.key.path)
            }
    except DestinationUnreachable as error:
        if all(column.type for table in snapshot.tables for column in table.columns):
            _log.warning("%s The types of columns are the API's.", error)
            return snapshot
        raise

    def typed(place: str, column: Mapping[str, Any]) -> dict[str, Any]:
        kind = found.get((place, column["name_in_destination"]))
        return {**column, "type": kind or column.get("type", "")}

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
    """Return the source's name; sources without schemas have only the destination's."""
    return str(item.get("name_in_source") or item["name_in_destination"])
