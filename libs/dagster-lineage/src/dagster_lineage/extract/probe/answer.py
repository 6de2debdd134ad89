"""Facts of a code location: the answer of the probe, which loads its definitions.

The probe (`script/`) runs in the code location's own interpreter and writes JSON of this form. It
imports nothing of this package.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from dagster_lineage.model import Partitions


class DependencyFacts(Struct, frozen=True, kw_only=True):
    """A dependency of an asset in Dagster's asset graph."""

    key: str
    """`AssetKey.to_escaped_user_string`."""
    at: str = ""
    """Absolute `file:line` of the dependency, or else of the asset."""
    partition_mapping: str = ""
    """Class name of an explicit partition mapping."""
    columns: dict[str, dict[str, Any]] | None = None
    """Columns that `upstream(…)` declares, with type, not_null and unique (metadata
    `lineage/columns`)."""
    model: str = ""
    """Arguments of `upstream(…)` as `project/model` (metadata `lineage/model`)."""


class ColumnFacts(Struct, frozen=True, kw_only=True):
    """A column of a declared `dagster/column_schema`."""

    name: str
    type: str = ""
    not_null: bool = False
    unique: bool = False
    description: str = ""


class AssetFacts(Struct, frozen=True, kw_only=True):
    """An asset of the code location."""

    key: str
    executable: bool
    stub: bool = False
    """Created by Dagster for a dependency without producer (metadata
    `dagster/auto_created_stub_asset`)."""
    at: str = ""
    """Absolute `file:line`, or `file:line?` if it is uncertain; empty if unknown."""
    description: str = ""
    group: str = ""
    owners: tuple[str, ...] = ()
    relation: str = ""
    """Metadata `dagster/table_name`."""
    partitions: Partitions | None = None
    freshness: str = ""
    automation: str = ""
    columns: tuple[ColumnFacts, ...] | None = None
    """None: there is no `dagster/column_schema`."""
    column_lineage: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Declared `dagster/column_lineage`: by column, the upstream columns as `key#column`."""
    dependencies: tuple[DependencyFacts, ...] = ()
    manifest: str = ""
    """Name of the manifest (in `LocationFacts.manifests`) with the dbt node of the asset."""
    unique_id: str = ""
    """Unique id of the dbt node."""


class CheckFacts(Struct, frozen=True, kw_only=True):
    """An asset check."""

    name: str
    asset: str
    """Key of the asset."""
    at: str = ""
    blocking: bool = False
    unique_id: str = ""
    """Unique id of the dbt test."""


class ManifestFacts(Struct, frozen=True, kw_only=True):
    """A dbt manifest that one or several `@dbt_assets` of the code location use."""

    file: str
    """Absolute path of the manifest: its file, or a copy that the probe wrote."""
    project_dir: str = ""
    """Absolute folder of the dbt project; empty if unknown."""
    keys: dict[str, str] = field(default_factory=dict)
    """Asset key that the translator returns, by unique id of nodes and sources. If several
    translators use the manifest and return different keys, `disagreements` reports it."""
    other_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys that other translators return, by unique id."""
    disagreements: tuple[str, ...] = ()


class JobFacts(Struct, frozen=True, kw_only=True):
    """A job, schedule or sensor."""

    name: str
    kind: str
    at: str = ""
    cron: str = ""
    targets: tuple[str, ...] = ()


class LocationFacts(Struct, frozen=True, kw_only=True):
    """All facts of one code location."""

    name: str
    error: str = ""
    """Why the code location does not load. All other facts are empty then."""
    folder: str = ""
    """Absolute folder of its project: the nearest one above its module with a `pyproject.toml`, or
    its working directory."""
    assets: tuple[AssetFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    jobs: tuple[JobFacts, ...] = ()
    manifests: dict[str, ManifestFacts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What is unknown, in sentences."""
