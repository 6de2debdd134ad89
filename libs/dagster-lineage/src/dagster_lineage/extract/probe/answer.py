"""What a code location says of itself: the answer of the probe that loads its definitions.

The probe (`probe.py`) runs in the location's own process and interpreter and prints JSON of this
shape; it imports nothing of this package.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from dagster_lineage.model import Partitions


class DependencyFacts(Struct, frozen=True, kw_only=True):
    """A dependency of an asset, as Dagster knows it."""

    key: str
    """`AssetKey.to_escaped_user_string`."""
    at: str = ""
    """Absolute `file:line` of where it is named, as near as can be told."""
    partition_mapping: str = ""
    """Class name of an explicit mapping."""
    columns: dict[str, dict[str, Any]] | None = None
    """What `upstream(…)` declares, by column: type, not_null, unique (metadata
    `lineage/columns` of the dependency)."""
    model: str = ""
    """`project/model` as `upstream(…)` was asked for it (metadata `lineage/model`)."""


class ColumnFacts(Struct, frozen=True, kw_only=True):
    """A column of a declared `dagster/column_schema`."""

    name: str
    type: str = ""
    not_null: bool = False
    unique: bool = False


class AssetFacts(Struct, frozen=True, kw_only=True):
    """An asset of the location's repository."""

    key: str
    executable: bool
    stub: bool = False
    """Dagster made it up: metadata `dagster/auto_created_stub_asset`."""
    at: str = ""
    """Absolute `file:line`; empty when not found."""
    group: str = ""
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    relation: str = ""
    """Metadata `dagster/table_name`."""
    partitions: Partitions | None = None
    freshness: str = ""
    automation: str = ""
    columns: tuple[ColumnFacts, ...] | None = None
    """None: no `dagster/column_schema`."""
    column_lineage: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Declared `dagster/column_lineage`: by column, `key#column` of what it comes from."""
    dependencies: tuple[DependencyFacts, ...] = ()
    manifest: str = ""
    """Name of the manifest (in `LocationFacts.manifests`) that its dbt node is in."""
    unique_id: str = ""
    """Of the dbt node."""


class CheckFacts(Struct, frozen=True, kw_only=True):
    """An asset check that Dagster knows."""

    name: str
    asset: str
    """Key."""
    at: str = ""
    blocking: bool = False
    unique_id: str = ""
    """Of the dbt test behind it."""


class ManifestFacts(Struct, frozen=True, kw_only=True):
    """A dbt manifest behind one or several `@dbt_assets` of the location."""

    file: str
    """Absolute path of the manifest as JSON: its own file, or the copy that the probe wrote."""
    project_dir: str = ""
    """Absolute folder of the dbt project, where it is known."""
    keys: dict[str, str] = field(default_factory=dict)
    """By unique id of nodes and sources: the key that the translator gives. Several translators or
    selections over one manifest agree, or `disagreements` says so."""
    other_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By unique id, where translators disagree: the keys beside that in `keys`."""
    disagreements: tuple[str, ...] = ()
    own_translator: bool = False
    """A translator other than dagster-dbt's own gave the keys."""


class JobFacts(Struct, frozen=True, kw_only=True):
    """A job, schedule or sensor."""

    name: str
    kind: str
    at: str = ""
    cron: str = ""
    targets: tuple[str, ...] = ()


class LocationFacts(Struct, frozen=True, kw_only=True):
    """Everything that one code location says."""

    name: str
    error: str = ""
    """Why it could not be asked, in its own words; everything else is empty then."""
    folder: str = ""
    """Absolute folder of its project: the nearest one above its module with a `pyproject.toml`,
    else its working directory."""
    assets: tuple[AssetFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    jobs: tuple[JobFacts, ...] = ()
    manifests: dict[str, ManifestFacts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What could not be told, in sentences."""
