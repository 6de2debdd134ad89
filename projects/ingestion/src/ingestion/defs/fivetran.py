"""`shop_public/…`: tables that the Fivetran connector `postgres` syncs from the shop's database."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_fivetran import FivetranOutput, FivetranSyncConfig

from ingestion.fivetran.account import FivetranAccount
from ingestion.fivetran.column_check import columns_check_spec, columns_match_snapshot
from ingestion.fivetran.column_schema import column_schema
from ingestion.fivetran.connector import connector_of, page_of
from ingestion.fivetran.mode import FivetranMode
from ingestion.fivetran.selection import synced_tables
from ingestion.fivetran.snapshot import SnapshotTable, read_snapshot
from ingestion.fivetran.table_import import Import, import_tables
from published_assets.api import WarehouseResource, pool_of, publish

SNAPSHOT = read_snapshot()


def _spec(table: SnapshotTable) -> dg.AssetSpec:
    return dg.AssetSpec(
        table.key,
        description=(
            f"`{table.source}` of the shop's database, synced by Fivetran. "
            f"Rows that were deleted at the source stay, marked by `_fivetran_deleted`."
        ),
        owners=["team:ingestion"],
        group_name=table.key.path[0],
        kinds={"fivetran", "duckdb"},
        metadata={
            **SNAPSHOT.metadata(table),
            "dagster/table_name": ".".join(["ingestion", *table.key.path]),
            "dagster/storage_kind": "duckdb",
            "dagster/column_schema": column_schema(table),
        },
    )


@dg.multi_asset(
    name=f"fivetran_{SNAPSHOT.connector_name}",
    specs=[_spec(table) for table in SNAPSHOT.tables],
    check_specs=[columns_check_spec(table) for table in SNAPSHOT.tables],
    # A sync covers the whole connector. A selected subset of it is published and reported.
    can_subset=True,
    pool=pool_of("ingestion"),
)
def fivetran_tables(
    context: dg.AssetExecutionContext,
    config: FivetranSyncConfig,
    fivetran: FivetranAccount,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Sync the connector, import changed rows from its destination, check, publish, report."""
    with fivetran.session() as fivetran_session:
        mode = fivetran_session.mode
        context.log.info(mode.description)
        destination_url = mode.require_destination()
        output = fivetran_session.sync(SNAPSHOT.connector_id, config)
    tables = synced_tables(SNAPSHOT, context.selected_asset_keys, output, context.log)
    completed_at = connector_of(output.connector_details).last_sync_completed_at
    with warehouse.open_session() as session:
        imports = import_tables(session, destination_url, tables, completed_at)
        metadata = {
            table.key: _metadata(table, imports[table.key], output, mode) for table in tables
        }
        checks = {
            columns_check_spec(table).key: columns_match_snapshot(
                table, session.columns(table.key.path)
            )
            for table in tables
        }
        yield from publish(
            context, session, metadata=metadata, checks=_selected_checks(context, checks)
        )


def _selected_checks(
    context: dg.AssetExecutionContext, checks: Mapping[dg.AssetCheckKey, dg.AssetCheckResult]
) -> list[dg.AssetCheckResult]:
    """Return the results of the selected checks; a failed check that is not selected blocks too."""
    selected = context.selected_asset_check_keys
    failed = [
        str(check.description)
        for key, check in checks.items()
        if key not in selected and not check.passed
    ]
    if failed:
        raise dg.Failure(f"{' '.join(failed)} Nothing was published.", allow_retries=False)
    return [check for key, check in checks.items() if key in selected]


def _metadata(
    table: SnapshotTable, imported: Import, output: FivetranOutput, mode: FivetranMode
) -> Mapping[str, Any]:
    connector = connector_of(output.connector_details)
    times = {
        "sync_completed_at": connector.last_sync_completed_at,
        "complete_up_to": imported.complete_up_to,
    }
    return {
        **SNAPSHOT.metadata(table, connector.last_sync_completed_at),
        **{name: dg.MetadataValue.timestamp(time) for name, time in times.items() if time},
        "rows_added": imported.changes.added,
        "rows_updated": imported.changes.updated,
        "rows_deleted": imported.changes.deleted,
        "full_refresh_reason": imported.full_refresh_reason or "none: only changed rows",
        "fivetran_api": mode.description,
        "connector_page": dg.MetadataValue.url(page_of(mode.api_url, connector.id)),
    }
