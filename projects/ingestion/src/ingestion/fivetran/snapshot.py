"""The committed snapshot of the connector's schema: what definitions are made of.

It is in the words of Fivetran's API, ordered and indented, so that a change of the schema
is read in review. (The file of `dagster-fivetran snapshot` is one line of JSON in a JSON string.)
Times, states and the connector's configuration are left out: the file changes when the schema
does, and holds nothing private.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_fivetran import FivetranConnectorTableProps
from dagster_fivetran.translator import FivetranSchemaConfig

from ingestion.fivetran.destination import Column
from ingestion.fivetran.errors import SnapshotUnusable
from ingestion.fivetran.translator import DestinationTableTranslator, asset_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dagster as dg

SNAPSHOT_FILE = Path(__file__).with_name("fivetran_snapshot.json")
_MEND = "Take it anew: make fivetran-snapshot."


@dataclass(frozen=True)
class SnapshotTable:
    """A table that the connector syncs."""

    key: dg.AssetKey
    """[schema, table] in the destination."""
    source: str
    """`schema.table` as the source calls it."""
    primary_key: tuple[str, ...]
    """Names in the destination of the key's columns; empty where the source has no key."""
    keeps_history: bool
    """Fivetran keeps every version of a row (its `sync_mode` is HISTORY)."""
    columns: tuple[Column, ...]
    """As in the work file, without those that Fivetran adds; a type that nobody told is empty."""


@dataclass(frozen=True)
class Snapshot:
    """A connector and what it syncs, as the API told when the snapshot was taken."""

    connector_id: str
    connector_name: str
    """The API's `schema`: for a database the prefix of the destination's schemas."""
    connector_service: str
    destination_id: str
    destination_service: str
    schemas: Mapping[str, Any]
    """As in the API's schema configuration: enabled schemas, tables and columns only.

    Columns have their `type` too, and stand in the order in which the warehouse got them.
    """

    @property
    def tables(self) -> list[SnapshotTable]:
        """Every table, sorted by its key."""
        found = [
            SnapshotTable(
                key=asset_key(self._props(schema["name_in_destination"], table)),
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

    def asset_specs(self) -> list[dg.AssetSpec]:
        """Describe every table as an asset, by dagster-fivetran's own translation."""
        translator = DestinationTableTranslator()
        return [
            translator.get_asset_spec(props=self._props(schema["name_in_destination"], table))
            for schema in self.schemas.values()
            for table in schema["tables"].values()
        ]

    def _props(self, schema: str, table: Mapping[str, Any]) -> FivetranConnectorTableProps:
        return FivetranConnectorTableProps(
            table=f"{schema}.{table['name_in_destination']}",
            connector_id=self.connector_id,
            connector_name=self.connector_name,
            connector_url="",
            destination_id=self.destination_id,
            schema_config=FivetranSchemaConfig.from_schema_config_details(
                {"schemas": self.schemas}
            ),
            database=None,
            service=self.destination_service,
        )


def read_snapshot(file: Path = SNAPSHOT_FILE) -> Snapshot:
    """Read a snapshot; touches nothing but the file.

    Raises:
        SnapshotUnusable: The file is missing or broken.
    """
    try:
        snapshot = Snapshot(**json.loads(file.read_text(encoding="utf-8")))
        _ = snapshot.tables
    except OSError as error:
        raise SnapshotUnusable(f"{file} can't be read: {error.strerror}. {_MEND}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SnapshotUnusable(f"{file} is not a snapshot ({error}). {_MEND}") from None
    return snapshot


def write_snapshot(snapshot: Snapshot, file: Path = SNAPSHOT_FILE) -> None:
    """Write a snapshot; the same schema gives the same file.

    Raises:
        SnapshotUnusable: The file can't be written.
    """
    content = json.dumps(asdict(snapshot), indent=2, ensure_ascii=False)
    try:
        file.write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise SnapshotUnusable(f"{file} can't be written: {error.strerror}.") from None
