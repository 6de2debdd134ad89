"""The committed snapshot of the connector's schema, from which the definitions are built.

It has the form of Fivetran's API, sorted and indented, so that a change of the schema is reviewed.
(`dagster-fivetran snapshot` writes one line of JSON in a JSON string.) It contains no times, states
or configuration of the connector, so it changes only with the schema and holds nothing private.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_fivetran import FivetranMetadataSet

from ingestion.fivetran.destination import Column
from ingestion.fivetran.errors import InvalidSnapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SNAPSHOT_FILE = Path(__file__).with_name("fivetran_snapshot.json")
_FIX = "Write it again: make fivetran-snapshot."


@dataclass(frozen=True)
class SnapshotTable:
    """A table that the connector syncs."""

    key: dg.AssetKey
    """[schema, table] in the destination."""
    source: str
    """`schema.table` at the source."""
    primary_key: tuple[str, ...]
    """Names of the key's columns in the destination; empty if the source has no key."""
    keeps_history: bool
    """Whether Fivetran keeps every version of a row (`sync_mode` HISTORY)."""
    columns: tuple[Column, ...]
    """Columns of the work file without those that Fivetran adds; an unknown type is empty."""


@dataclass(frozen=True)
class Snapshot:
    """A connector and its schema, as the API described them when the snapshot was taken."""

    connector_id: str
    connector_name: str
    """The API's `schema`: for a database, the prefix of the destination's schemas."""
    connector_service: str
    destination_id: str
    destination_service: str
    schemas: Mapping[str, Any]
    """Enabled schemas, tables and columns of the API's schema configuration.

    Columns also have their `type`, and are in the order of the warehouse's table.
    """

    @property
    def tables(self) -> list[SnapshotTable]:
        """Every table, sorted by key."""
        found = [
            SnapshotTable(
                key=table_key(
                    self.connector_name,
                    schema["name_in_destination"],
                    table["name_in_destination"],
                ),
                source=f"{schema_name}.{table_name}",
                primary_key=tuple(
                    column["name_in_destination"]
                    for column in table["columns"].values()
                    if column.get("is_primary_key")
                ),
                keeps_history=table.get("sync_mode") == "HISTORY",
                columns=tuple(
                    Column(column["name_in_destination"], column.get("type", ""))
                    for column in table["columns"].values()
                ),
            )
            for schema_name, schema in self.schemas.items()
            for table_name, table in schema["tables"].items()
        ]
        return sorted(found, key=lambda table: table.key)

    def metadata(
        self, table: SnapshotTable, sync_completed_at: datetime | None = None
    ) -> FivetranMetadataSet:
        """Return dagster-fivetran's metadata of a table, at load or after a sync."""
        schema, name = table.key.path
        return FivetranMetadataSet(
            connector_id=self.connector_id,
            connector_name=self.connector_name,
            destination_id=self.destination_id,
            destination_schema_name=schema,
            destination_table_name=name,
            sync_completed_at=sync_completed_at.timestamp() if sync_completed_at else None,
        )


def table_key(connector_name: str, schema: str, table: str) -> dg.AssetKey:
    """Return the key of a table, which is its name in the destination: [schema, table].

    For databases, Fivetran's API gives the schema without the connector's prefix in some accounts,
    while the destination's schema has it (`shop_public`). An existing prefix is not repeated.

    Args:
        connector_name: The API's `schema` of the connector.
        schema: The API's `name_in_destination` of the schema.
        table: The API's `name_in_destination` of the table.

    Raises:
        InvalidSnapshot: a name contains a dot, which the name of a relation cannot.
    """
    for name in (schema, table):
        if "." in name:
            raise InvalidSnapshot(
                f"Connector {connector_name!r} syncs {schema!r}.{table!r}: the name of a schema or "
                f"table must not contain a dot. Disable the table in Fivetran, or rename it in the "
                f"destination."
            )
    if schema != connector_name and not schema.startswith(f"{connector_name}_"):
        schema = f"{connector_name}_{schema}"
    return dg.AssetKey([schema, table])


def read_snapshot(file: Path = SNAPSHOT_FILE) -> Snapshot:
    """Read a snapshot.

    Raises:
        InvalidSnapshot: the file is missing or broken.
    """
    try:
        snapshot = Snapshot(**json.loads(file.read_text(encoding="utf-8")))
        _ = snapshot.tables
    except OSError as error:
        raise InvalidSnapshot(f"{file} cannot be read: {error.strerror}. {_FIX}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidSnapshot(f"{file} is not a snapshot ({error}). {_FIX}") from None
    return snapshot


def write_snapshot(snapshot: Snapshot, file: Path = SNAPSHOT_FILE) -> None:
    """Write a snapshot. The same schema gives the same file.

    Raises:
        InvalidSnapshot: the file cannot be written.
    """
    content = json.dumps(asdict(snapshot), indent=2, ensure_ascii=False)
    try:
        file.write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise InvalidSnapshot(f"{file} cannot be written: {error.strerror}.") from None
