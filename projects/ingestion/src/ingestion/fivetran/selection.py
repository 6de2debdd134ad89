"""Selected tables that a sync has brought; a missing one fails the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.fivetran.errors import TableNotSynced
from ingestion.fivetran.snapshot import table_key

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

    A sync always covers the whole connector. Tables that are not selected stay in the destination.
    dagster-fivetran only warns of a missing table, in a run that succeeds.

    Args:
        snapshot: The definitions' snapshot.
        selected: Keys that the step materializes.
        output: Result of the sync.
        log: For tables that the connector syncs and the snapshot does not have.

    Raises:
        TableNotSynced: a selected table is disabled, excluded, renamed or gone at the source.
    """
    enabled = _enabled_keys(output)
    wanted = [table for table in snapshot.tables if table.key in selected]
    missing = [table for table in wanted if table.key not in enabled]
    if missing:
        names = ", ".join(f"{table.key.to_user_string()} ({table.source})" for table in missing)
        raise TableNotSynced(
            f"Connector {snapshot.connector_id!r} no longer syncs {names}: disabled in Fivetran, "
            f"or dropped or renamed at the source. Enable it there, or update the definitions: "
            f"make fivetran-snapshot."
        )
    new = enabled - {table.key for table in snapshot.tables}
    if new:
        log.warning(
            f"Connector {snapshot.connector_id!r} also syncs "
            f"{', '.join(sorted(key.to_user_string() for key in new))}, for which there is no "
            f"asset. To add one: make fivetran-snapshot."
        )
    return wanted


def _enabled_keys(output: FivetranOutput) -> set[dg.AssetKey]:
    prefix = output.connector_details["schema"]
    return {
        table_key(prefix, schema["name_in_destination"], table["name_in_destination"])
        for schema in output.schema_config.get("schemas", {}).values()
        if schema["enabled"]
        for table in schema["tables"].values()
        if table["enabled"]
    }
