"""Which of the selected tables a sync really brought: what is missing ends the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_fivetran import FivetranConnectorTableProps
from dagster_fivetran.translator import FivetranSchemaConfig

from ingestion.fivetran.errors import TableNotSynced
from ingestion.fivetran.translator import asset_key

if TYPE_CHECKING:
    import logging
    from collections.abc import Set as AbstractSet

    import dagster as dg
    from dagster_fivetran import FivetranOutput

    from ingestion.fivetran.snapshot import Snapshot, SnapshotTable


def synced_tables(
    snapshot: Snapshot,
    selected: AbstractSet[dg.AssetKey],
    output: FivetranOutput,
    log: logging.Logger,
) -> list[SnapshotTable]:
    """Return the selected tables, all of which the connector syncs.

    A sync is always of the whole connector; what is not selected stays in the destination until
    it is. dagster-fivetran only warns of a table that is gone, in a run that succeeds.

    Args:
        snapshot: What definitions were made of.
        selected: The keys that this step shall materialize.
        output: What the sync ended with.
        log: Told of tables that the connector syncs and the snapshot does not have.

    Raises:
        TableNotSynced: A selected table is disabled, excluded, renamed or gone at the source.
    """
    enabled = _enabled_keys(snapshot, output)
    wanted = [table for table in snapshot.tables if table.key in selected]
    gone = [table for table in wanted if table.key not in enabled]
    if gone:
        names = ", ".join(f"{table.key.to_user_string()} ({table.source})" for table in gone)
        raise TableNotSynced(
            f"Connector {snapshot.connector_id!r} does not sync {names} any more: disabled in "
            f"Fivetran, or dropped or renamed at the source. Enable it there; or, if that is "
            f"meant, bring the definitions up to date: make fivetran-snapshot."
        )
    new = enabled - {table.key for table in snapshot.tables}
    if new:
        log.warning(
            f"Connector {snapshot.connector_id!r} also syncs "
            f"{', '.join(sorted(key.to_user_string() for key in new))}, for which there is no "
            f"asset. To have one: make fivetran-snapshot."
        )
    return wanted


def _enabled_keys(snapshot: Snapshot, output: FivetranOutput) -> set[dg.AssetKey]:
    schema_config = FivetranSchemaConfig.from_schema_config_details(output.schema_config)
    return {
        asset_key(
            FivetranConnectorTableProps(
                table=f"{schema.name_in_destination}.{table.name_in_destination}",
                connector_id=snapshot.connector_id,
                connector_name=output.connector_details["schema"],
                connector_url="",
                destination_id=None,
                schema_config=schema_config,
                database=None,
                service=None,
            )
        )
        for schema in schema_config.schemas.values()
        if schema.enabled
        for table in schema.tables.values()
        if table.enabled
    }
