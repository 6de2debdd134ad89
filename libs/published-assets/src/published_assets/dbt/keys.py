"""From dbt's names to asset keys: a key is its table's schema and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

WITH_CHECKS_OF_MODELS_ONLY = DagsterDbtTranslatorSettings(
    enable_asset_checks=True,
    # A consumer's test on a source would fail as a check on the producer's asset: consumers test
    # their own models instead.
    enable_source_tests_as_checks=False,
    # Two projects that describe the same source differently would not load (dagster#33758).
    enable_source_metadata=False,
)


class TableKeys(DagsterDbtTranslator):
    """Keys models, seeds, snapshots and sources alike, so that both ends of an edge agree.

    It overrides `get_asset_key` and not only `get_asset_spec`: dagster-dbt asks the former for
    upstream keys (dagster#33857).
    """

    def __init__(self) -> None:
        super().__init__(WITH_CHECKS_OF_MODELS_ONLY)

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The key that `meta.dagster.asset_key` gives, else schema and table."""
        if configured_key(dbt_resource_props):
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey(table_of(dbt_resource_props))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The schema: public and private tables of a project stand apart in the graph."""
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The dbt group as a team; dagster-dbt itself reads only an e-mail address."""
        group = dbt_resource_props.get("group") or dbt_resource_props.get("config", {}).get("group")
        name = group.get("name") if isinstance(group, Mapping) else group
        return [f"team:{name}"] if name else super().get_owners(dbt_resource_props)


def configured_key(dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
    """`meta.dagster.asset_key`, where dbt 1.11 keeps it (config) or did before."""
    for holder in (dbt_resource_props.get("config") or {}, dbt_resource_props):
        key: Sequence[str] | None = (holder.get("meta") or {}).get("dagster", {}).get("asset_key")
        if key:
            return key
    return None


def table_of(dbt_resource_props: Mapping[str, Any]) -> tuple[str, str]:
    """Schema and table of a dbt node or source."""
    name = (
        dbt_resource_props.get("alias")
        or dbt_resource_props.get("identifier")
        or dbt_resource_props["name"]
    )
    return str(dbt_resource_props["schema"]), str(name)
