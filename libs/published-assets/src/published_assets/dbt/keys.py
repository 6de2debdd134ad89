"""Dagster's names and descriptions of dbt resources; the asset key is schema and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

SETTINGS = DagsterDbtTranslatorSettings(
    enable_asset_checks=True,
    # A reader's test on a source would fail as a check of the producer's asset. Readers test their
    # own models.
    enable_source_tests_as_checks=False,
    # Two projects that describe the same source differently would not load (dagster#33758).
    enable_source_metadata=False,
)


class TableKeys(DagsterDbtTranslator):
    """A translator that keys models, seeds, snapshots and sources by schema and table.

    It overrides `get_asset_key` in addition to `get_asset_spec`, because dagster-dbt calls it for
    upstream keys (dagster#33857).
    """

    def __init__(self) -> None:
        super().__init__(SETTINGS)

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the key in `meta.dagster.asset_key`, otherwise schema and table."""
        if configured_key(dbt_resource_props):
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey(table_of(dbt_resource_props))

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Return the check of a data test with its `description`.

        dagster-dbt itself reads only `meta.description`.
        """
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        description = manifest["nodes"][unique_id]["description"].strip()
        if spec is None or not description:
            return spec
        return dg.AssetCheckSpec(
            spec.name,
            asset=spec.asset_key,
            description=description,
            additional_deps=spec.additional_deps,
            blocking=spec.blocking,
            metadata=spec.metadata,
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the schema, so that the graph separates public and private tables."""
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """Return the dbt group as a team; dagster-dbt itself reads only the group's e-mail."""
        group = dbt_resource_props.get("group") or dbt_resource_props.get("config", {}).get("group")
        name = group.get("name") if isinstance(group, Mapping) else group
        return [f"team:{name}"] if name else super().get_owners(dbt_resource_props)


def configured_key(dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
    """Return `meta.dagster.asset_key` from `config` (dbt 1.11) or from the resource (before)."""
    for properties in (dbt_resource_props.get("config") or {}, dbt_resource_props):
        dagster_meta = (properties.get("meta") or {}).get("dagster", {})
        key: Sequence[str] | None = dagster_meta.get("asset_key")
        if key:
            return key
    return None


def table_of(dbt_resource_props: Mapping[str, Any]) -> tuple[str, str]:
    """Return schema and table of a dbt node or source."""
    name = (
        dbt_resource_props.get("alias")
        or dbt_resource_props.get("identifier")
        or dbt_resource_props["name"]
    )
    return str(dbt_resource_props["schema"]), str(name)
