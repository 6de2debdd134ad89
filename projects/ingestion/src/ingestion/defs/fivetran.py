"""`shop_public/…`: what the Fivetran connector `postgres` brings from the shop's database."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_fivetran import FivetranMetadataSet, FivetranOutput, FivetranSyncConfig

from ingestion.fivetran.account import FivetranAccount, FivetranSession
from ingestion.fivetran.changes import Import, bring_in_all
from ingestion.fivetran.column_schema import column_schema, expected_columns
from ingestion.fivetran.destination import Column
from ingestion.fivetran.selection import synced_tables
from ingestion.fivetran.snapshot import SnapshotTable, read_snapshot
from ingestion.fivetran.state import connector_state, page_of
from published_assets.api import WarehouseResource, pool_of, publish

SNAPSHOT = read_snapshot()


def _specs() -> list[dg.AssetSpec]:
    """Describe the snapshot's tables as assets of the warehouse, not of the destination."""
    tables = {table.key: table for table in SNAPSHOT.tables}
    return [
        spec.replace_attributes(
            description=(
                f"`{tables[spec.key].source}` of the shop's database, brought by Fivetran. "
                f"Rows that are gone at the source stay, marked by `_fivetran_deleted`."
            ),
            owners=["team:ingestion"],
            group_name=spec.key.path[0],
            kinds={"fivetran", "duckdb"},
            metadata={
                **{name: value for name, value in spec.metadata.items() if name != "connector_url"},
                "dagster/table_name": ".".join(["ingestion", *spec.key.path]),
                "dagster/storage_kind": "duckdb",
                "dagster/column_schema": column_schema(
                    tables[spec.key], expected_columns(tables[spec.key])
                ),
            },
        )
        for spec in SNAPSHOT.asset_specs()
    ]


@dg.multi_asset(
    name=f"fivetran_{SNAPSHOT.connector_name}",
    specs=_specs(),
    # A sync is of the whole connector; of what it brought, a subset is published and told.
    can_subset=True,
    pool=pool_of("ingestion"),
)
def fivetran_tables(
    context: dg.AssetExecutionContext,
    config: FivetranSyncConfig,
    fivetran: FivetranAccount,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Sync the connector, bring what changed from its destination, publish, then tell Dagster."""
    with fivetran.session() as api:
        context.log.info(api.mode.description)
        destination_url = api.mode.require_destination()
        output = api.sync(SNAPSHOT.connector_id, config)
    tables = synced_tables(SNAPSHOT, context.selected_asset_keys, output, context.log)
    completed_at = connector_state(output.connector_details).last_sync_completed_at
    with warehouse.open_session() as session:
        imports = bring_in_all(session, destination_url, tables, completed_at)
        metadata = {
            table.key: {
                **_metadata(table, imports[table.key], output, api),
                "dagster/column_schema": column_schema(
                    table, [Column(*column) for column in session.columns(table.key.path)]
                ),
            }
            for table in tables
        }
        yield from publish(context, session, metadata=metadata)


def _metadata(
    table: SnapshotTable, imported: Import, output: FivetranOutput, session: FivetranSession
) -> Mapping[str, Any]:
    connector = connector_state(output.connector_details)
    schema, name = table.key.path
    told = FivetranMetadataSet(
        connector_id=connector.id,
        connector_name=connector.name,
        destination_id=connector.destination_id,
        destination_schema_name=schema,
        destination_table_name=name,
        sync_completed_at=connector.last_sync_completed_at.timestamp(),
    )
    moments = {
        "sync_completed_at": connector.last_sync_completed_at,
        "complete_up_to": imported.complete_up_to,
    }
    return {
        **told,
        **{
            label: dg.MetadataValue.timestamp(moment) for label, moment in moments.items() if moment
        },
        "rows_added": imported.changes.added,
        "rows_updated": imported.changes.updated,
        "rows_deleted": imported.changes.deleted,
        "whole_table_because": imported.whole_because or "only changed rows were taken",
        "fivetran": session.mode.description,
        "connector_page": dg.MetadataValue.url(page_of(session.mode.api_url, connector.id)),
    }
