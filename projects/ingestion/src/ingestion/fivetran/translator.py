"""Which asset a Fivetran table is: the same answer when definitions load and when a sync ends."""

from __future__ import annotations

import dagster as dg
from dagster_fivetran import DagsterFivetranTranslator, FivetranConnectorTableProps

from ingestion.fivetran.errors import SnapshotUnusable


class DestinationTableTranslator(DagsterFivetranTranslator):
    """An asset's key is its table's name in the destination: [schema, table].

    For databases Fivetran's API names the schema without the connector's prefix, while the
    destination's schema has it (`shop_public`); whether that is so differs between accounts, so a
    prefix that is there already is not put there twice.

    After a sync dagster-fivetran builds `props` anew, with `connector_config`, `database` and
    `service` empty. So nothing here may depend on them: another key at run time than at load
    leaves both assets unmaterialized in a run that succeeds.
    """

    def get_asset_spec(self, props: FivetranConnectorTableProps) -> dg.AssetSpec:
        """Describe a table as an asset.

        Args:
            props: The table; the name is dagster-fivetran's, which passes it by keyword.

        Raises:
            SnapshotUnusable: A name has a dot in it, which no asset key of two parts can carry.
        """
        return super().get_asset_spec(props).replace_attributes(key=asset_key(props))


def asset_key(props: FivetranConnectorTableProps) -> dg.AssetKey:
    """Name the table that Fivetran writes, [schema, table] in the destination.

    Raises:
        SnapshotUnusable: A name has a dot in it.
    """
    schema, *rest = props.table.split(".")
    if len(rest) != 1:
        raise SnapshotUnusable(
            f"Connector {props.connector_id!r} syncs {props.table!r}: with a dot in the name of a "
            f"schema or table, dagster-fivetran can't tell one from the other. Disable the table "
            f"in Fivetran, or have it renamed in the destination."
        )
    prefix = props.connector_name
    if schema != prefix and not schema.startswith(f"{prefix}_"):
        schema = f"{prefix}_{schema}"
    return dg.AssetKey([schema, rest[0]])
