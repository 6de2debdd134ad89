"""The connector's current schema, read from the API and compared with the committed snapshot."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ingestion.addresses import masked
from ingestion.fivetran.column_types import api_types
from ingestion.fivetran.connector import connector_of
from ingestion.fivetran.errors import ConnectorBroken, NotFound
from ingestion.fivetran.snapshot import Snapshot
from ingestion.fivetran.stock_client import StockClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.fivetran.http_client import FivetranHttp


def take_snapshot(http: FivetranHttp, connector_name: str) -> Snapshot:
    """Read a connector's schema from the API, including columns.

    Args:
        http: Requests to the account or to the local server.
        connector_name: The API's `schema` of the connector: the prefix of its destination schemas.

    Raises:
        FivetranError: there is no such connector, it is not set up, or it has no schema yet.
    """
    client = StockClient(http)
    connector = connector_of(_find(http, connector_name))
    schema_config = client.get_schema_config_for_connector(connector.id)
    if not schema_config.get("schemas"):
        raise ConnectorBroken(
            f"Connector {connector.id!r} has no schema yet. Fivetran reads it when the connector "
            f"is tested or synced for the first time. Do that first."
        )
    destination = client.get_destination_details(connector.group_id)
    types = api_types(http, connector.id)
    return Snapshot(
        connector_id=connector.id,
        connector_name=connector.name,
        connector_service=connector.service,
        destination_id=connector.group_id,
        destination_service=destination["service"],
        schemas={
            name: {
                "enabled": True,
                "name_in_destination": schema["name_in_destination"],
                "tables": {
                    table_name: {
                        "enabled": True,
                        "name_in_destination": table["name_in_destination"],
                        # Absent for sources without history mode.
                        "sync_mode": table.get("sync_mode") or "SOFT_DELETE",
                        "columns": _columns(client, connector.id, name, table_name, types),
                    }
                    for table_name, table in sorted(schema["tables"].items())
                    if table["enabled"]
                },
            }
            for name, schema in sorted(schema_config["schemas"].items())
            if schema["enabled"]
        },
    )


def continuing(new: Snapshot, old: Snapshot) -> Snapshot:
    """Return `new` with the column order of `old`, and with its types where `new` has none.

    Args:
        new: A new snapshot. The API may return columns in any order. New columns come last, as in
            the warehouse's table.
        old: The snapshot that it replaces.
    """

    def ordered(schema: str, name: str, columns: Mapping[str, Any]) -> dict[str, Any]:
        table = old.schemas.get(schema, {}).get("tables", {}).get(name, {"columns": {}})
        known = {column: facts for column, facts in table["columns"].items() if column in columns}
        return {
            column: {
                **columns[column],
                "type": columns[column]["type"] or known.get(column, {}).get("type", ""),
            }
            for column in (*known, *columns)
        }

    return replace(
        new,
        schemas={
            schema_name: {
                **schema,
                "tables": {
                    name: {**table, "columns": ordered(schema_name, name, table["columns"])}
                    for name, table in schema["tables"].items()
                },
            }
            for schema_name, schema in new.schemas.items()
        },
    )


def differences(old: Snapshot, new: Snapshot) -> list[str]:
    """Return a line for each addition (`+`), removal (`-`) and change (`~`) in `new`."""
    lines = [
        f"~ {name} {before} -> {after}"
        for name in ("connector_id", "connector_name", "connector_service", "destination_service")
        if (before := getattr(old, name)) != (after := getattr(new, name))
    ]
    old_tables = {table.key.to_user_string(): table for table in old.tables}
    new_tables = {table.key.to_user_string(): table for table in new.tables}
    for key in sorted({*old_tables, *new_tables}):
        before, after = old_tables.get(key), new_tables.get(key)
        if before is None or after is None:
            lines.append(f"{'+' if before is None else '-'} table {key}")
            continue
        was, now = (
            {column.name: column.type for column in each.columns} for each in (before, after)
        )
        lines += [
            f"{'+' if column in now else '-'} column {key}.{column}"
            for column in sorted({*was} ^ {*now})
        ]
        lines += [
            f"~ type of {key}.{column}: {was[column]} -> {now[column]}"
            for column in sorted({*was} & {*now})
            # An unknown type cannot be compared.
            if now[column] and was[column] != now[column]
        ]
        if before.keeps_history != after.keeps_history:
            lines.append(f"~ history mode of {key}: {'on' if after.keeps_history else 'off'}")
        if before.primary_key != after.primary_key:
            keys = (", ".join(key) or "none" for key in (before.primary_key, after.primary_key))
            lines.append(f"~ primary key of {key}: {' -> '.join(keys)}")
    return lines


def _find(http: FivetranHttp, connector_name: str) -> Mapping[str, Any]:
    found = [
        connector
        for group in http.pages("groups")
        for connector in http.pages(f"groups/{group['id']}/connectors")
    ]
    matching = [connector for connector in found if connector.get("schema") == connector_name]
    if len(matching) == 1:
        return matching[0]
    where = masked(http.url)
    if matching:
        ids = ", ".join(sorted(connector["id"] for connector in matching))
        raise NotFound(
            f"{len(matching)} connectors at {where} have the destination schema prefix "
            f"{connector_name!r} ({ids}). Rename one of them."
        )
    names = sorted(str(connector.get("schema")) for connector in found)
    nearest = difflib.get_close_matches(connector_name, names, n=1)
    raise NotFound(
        f"No connector at {where} has the destination schema prefix {connector_name!r}. "
        f"Existing prefixes: {', '.join(names) or 'none (does the key have access to a group?)'}."
        + (f" Did you mean {nearest[0]!r}?" if nearest else "")
    )


def _columns(
    client: StockClient,
    connector_id: str,
    schema: str,
    table: str,
    types: Mapping[tuple[str, str, str], str],
) -> Mapping[str, Any]:
    """Read a table's columns by their source names; the schema configuration may omit some."""
    answer = client.get_columns_config_for_table(
        connector_id, quote(schema, safe=""), quote(table, safe="")
    )
    return {
        name: {
            "enabled": True,
            "name_in_destination": column["name_in_destination"],
            "is_primary_key": bool(column.get("is_primary_key")),
            "type": types.get((schema, table, name), ""),
        }
        for name, column in answer.get("columns", {}).items()
        if column["enabled"]
    }
