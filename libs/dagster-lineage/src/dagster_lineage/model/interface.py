"""What one code location makes and reads: the facts that an `interface.json` holds.

Everything is a frozen `msgspec.Struct`, so that reading a file is decoding it. Fields that hold
their default are left out of the file. Unknown is never written as a value: an empty text or `None`
says that nobody could tell.

They are trees, so none needs to be watched by the garbage collector (`gc=False`), which makes
reading a large file a fifth faster.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

SCHEMA_VERSION = 2

AssetKind = Literal["model", "seed", "snapshot", "asset", "external", "stub"]
OUTSIDE: tuple[AssetKind, ...] = ("external", "stub")
"""Kinds that no code makes."""
ReadVia = Literal["ref", "source", "python"]
KeyOrigin = Literal["table", "source", "string", "default", "translator"]
PartitionKind = Literal["time", "static", "multi", "dynamic", "unknown"]


class Partitions(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How an asset is partitioned, as far as two ends of an edge can be compared."""

    kind: PartitionKind
    cron: str = ""
    """Time windows: the schedule that cuts them, such as `0 0 * * *` for days."""
    timezone: str = ""
    """Time windows: the zone's name; UTC is written out."""
    start: str = ""
    """Time windows: first partition's start, ISO 8601."""
    end: str = ""
    """Time windows: end of the last one, ISO 8601; empty when they go on."""
    format: str = ""
    """Time windows: strftime pattern of their keys."""
    keys: tuple[str, ...] = ()
    """Static: the keys in their order."""
    name: str = ""
    """Dynamic: name of the set, shared by all code locations (dagster#29693)."""
    dimensions: dict[str, Partitions] = field(default_factory=dict)
    """Multi: dimension by name."""


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A column of an asset."""

    type: str = ""
    """In the spelling of its engine, lower case; empty when unknown."""
    not_null: bool = False
    """Promised: by a constraint, a contract or a data test of severity error."""
    unique: bool = False
    """Promised, by itself (not as part of a composite key)."""
    derived_from: tuple[str, ...] = ()
    """The columns it is computed from, one step up, as `key#column`, sorted."""
    copy: bool = False
    """It is exactly one upstream column, unchanged (perhaps renamed)."""
    line: int = 0
    """Line in the asset's `described_at` file, or in `at` when there is none; 0: not known."""


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An asset check, or a dbt data test that should be one."""

    name: str
    at: str = ""
    kind: str = ""
    """`not_null`, `unique`, `relationships`, `accepted_values`, another test's name, `python`."""
    columns: tuple[str, ...] = ()
    blocking: bool = False
    """Its failure keeps what is downstream from running (dbt: severity error)."""
    visible: bool = True
    """Dagster knows it. False: a dbt test that no asset check stands for."""


class Read(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An edge: what one asset reads of another one, in its own project or in a foreign one."""

    key: str
    """The key that is read."""
    at: str = ""
    """Where the reader names it: the source's line in its YAML, the `ref`, the Python line."""
    via: ReadVia = "python"
    source: str = ""
    """Via source: its name in the project, `source.table`."""
    declared: bool = True
    """Dagster knows the dependency."""
    queried: bool | None = None
    """Whether the code reads the table: None where the code cannot be seen through."""
    columns: tuple[str, ...] | None = None
    """The upstream columns that are used anywhere (selected, filtered, joined on), sorted; None
    where that is not known."""
    missing_columns: tuple[str, ...] = ()
    """Of `columns`, those that an asset of the reader's own project does not have: usually because
    a `select *` between the two no longer brings them from upstream. (Whether another project's
    asset has a column is asked when the graph is checked.)"""
    expects: dict[str, Expected] = field(default_factory=dict)
    """Via python: what the reader declares of columns, by column."""
    partition_mapping: str = ""
    """Name of the explicit mapping's class; empty where Dagster infers it."""


class Expected(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a reader relies on of one foreign column."""

    type: str = ""
    """Declared type (`data_type` of a source's column); empty: no expectation."""
    not_null: bool = False
    """A test of severity error, or the declaration, says so."""
    unique: bool = False
    line: int = 0
    """Line in the file of the source or read."""


class Asset(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something with a key that a code location makes, or declares to exist outside."""

    key: str
    kind: AssetKind = "asset"
    """`external`: declared by somebody, made by none of the code; `stub`: made up by Dagster for a
    dependency that it does not know."""
    at: str = ""
    described_at: str = ""
    """Where dbt's YAML describes it."""
    relation: str = ""
    """`database.schema.table` as rendered, unquoted; empty when it has none or none is known."""
    name: str = ""
    """dbt: the model's, seed's or snapshot's name."""
    package: str = ""
    """dbt: the package it is defined in."""
    unique_id: str = ""
    """dbt: its id in the manifest."""
    version: str = ""
    """dbt: of a versioned model."""
    latest_version: str = ""
    deprecation_date: str = ""
    """dbt: ISO 8601."""
    group: str = ""
    owners: tuple[str, ...] = ()
    """As Dagster has them: `team:finance` or an e-mail address."""
    access: str = ""
    """dbt: `public`, `protected` or `private`; empty for what is not a dbt model."""
    contract: bool = False
    """An enforced dbt contract, or for Python a declared column schema."""
    materialized: str = ""
    """dbt: `table`, `view`, `incremental`, `ephemeral`, `seed`, `snapshot`, another one."""
    partitions: Partitions | None = None
    freshness: str = ""
    automation: str = ""
    """Label of its automation condition."""
    grain: tuple[str, ...] = ()
    """Columns whose combination is promised to be unique."""
    columns: dict[str, Column] = field(default_factory=dict)
    """In their order."""
    columns_known: bool = False
    """`columns` is all of them. False: there may be others, so none can be called missing."""
    missing_contract_columns: tuple[str, ...] = ()
    """Columns of its enforced contract that its SQL does not give: dbt refuses to build it."""
    reads: tuple[Read, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def executable(self) -> bool:
        """Some code makes it."""
        return self.kind not in OUTSIDE


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A dbt source: how a project names a table that it does not make."""

    name: str
    """`source.table`."""
    key: str
    """The asset key that Dagster gives it, as the project's translator answers."""
    at: str = ""
    """The table's line in its YAML."""
    key_at: str = ""
    """Where `asset_key` is written; empty without one."""
    key_origin: KeyOrigin = "default"
    """`table`: a list on the table; `source`: inherited from the source, so all its tables share
    it; `string`: a text instead of a list; `translator`: none of these, and not dagster-dbt's own
    rule either; `default`: dagster-dbt's own rule."""
    relation: str = ""
    columns: dict[str, Expected] = field(default_factory=dict)
    """What the project relies on, by column, in its order."""
    checks: tuple[Check, ...] = ()
    package: str = ""
    read: bool = True
    """Some model, test, exposure or metric of the project uses it."""
    freshness: str = ""
    """How old its rows may be, as its YAML says: `warn after 12 hours, error after 1 day`."""


class ForeignCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An asset check of an asset that its own location does not have."""

    name: str
    key: str
    """Of the asset that it checks."""
    at: str = ""
    blocking: bool = False


class Exposure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dashboard, an application or a notebook that depends on assets: a dbt exposure."""

    name: str
    at: str = ""
    type: str = ""
    owner: str = ""
    reads: tuple[str, ...] = ()
    """Keys."""


class Job(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job, schedule or sensor and what it touches."""

    name: str
    kind: Literal["job", "schedule", "sensor"] = "job"
    at: str = ""
    cron: str = ""
    targets: tuple[str, ...] = ()
    """Keys that it materializes, or watches; none where that is every one or not known."""


class Interface(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that one code location makes and reads."""

    schema_version: int
    project: str
    """Name of the project: its folder's."""
    location: str = ""
    """Name of the code location, where it differs from the project's."""
    folder: str = ""
    """The project's folder relative to the repository's root, where this file does not lie in it:
    places are relative to that folder."""
    dialect: str = ""
    """Engine whose spelling the types have: `duckdb`, `spark`, `snowflake`, …"""
    dbt_project: str = ""
    """Name of the dbt project behind it."""
    unreadable: str = ""
    """Why the location could not be asked; then nothing else is known of it."""
    assets: tuple[Asset, ...] = ()
    """Sorted by key."""
    sources: tuple[Source, ...] = ()
    """Sorted by name."""
    checks: tuple[ForeignCheck, ...] = ()
    """Of assets that other locations make; those of its own stand with them."""
    exposures: tuple[Exposure, ...] = ()
    jobs: tuple[Job, ...] = ()
    unknown: tuple[str, ...] = ()
    """What could not be known, in sentences, each said once."""
