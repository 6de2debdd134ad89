"""The interface of a code location: the content of an `interface.json`.

All classes are frozen `msgspec.Struct`s, so a file is decoded directly. Fields with their default
value are left out of the file. An empty string or `None` means unknown.

A place (`at`) is `file:line`, relative to the project's folder. `file:line?` is a guess, because
the code composes the name at run time; `shop://file:line` is in a dbt project outside of the
repository.

The values are trees without cycles and need no garbage collection (`gc=False`), which makes reading
a large file a fifth faster.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

SCHEMA_VERSION = 2

AssetKind = Literal["model", "seed", "snapshot", "asset", "external", "stub"]
OUTSIDE: tuple[AssetKind, ...] = ("external", "stub")
"""Kinds without a producer."""
ReadVia = Literal["ref", "source", "python"]
KeyOrigin = Literal["table", "source", "string", "default", "translator"]
PartitionKind = Literal["time", "static", "multi", "dynamic", "unknown"]


class Partitions(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Partitions of an asset, as far as the two ends of an edge can be compared."""

    kind: PartitionKind
    cron: str = ""
    """Time windows: their schedule, such as `0 0 * * *` for days."""
    timezone: str = ""
    """Time windows: name of the time zone, also for UTC."""
    start: str = ""
    """Time windows: start of the first partition, ISO 8601."""
    end: str = ""
    """Time windows: end of the last partition, ISO 8601; empty without an end."""
    format: str = ""
    """Time windows: strftime format of the partition keys."""
    keys: tuple[str, ...] = ()
    """Static: the partition keys in order."""
    name: str = ""
    """Dynamic: name of the partition set, shared by all code locations (dagster#29693)."""
    dimensions: dict[str, Partitions] = field(default_factory=dict)
    """Multi: dimensions by name."""


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A column of an asset."""

    type: str = ""
    """The engine's name of the type, in lower case; empty if unknown."""
    not_null: bool = False
    """Guaranteed by a constraint, a contract or a data test with severity error."""
    unique: bool = False
    """Guaranteed for this column alone, not as part of a composite key."""
    derived_from: tuple[str, ...] = ()
    """Columns that it is computed from, one step upstream, as `key#column`, sorted."""
    copy: bool = False
    """It is one upstream column, unchanged or only renamed."""
    constant: bool = False
    """Its SQL computes it from no column: a literal, or the current date."""
    unknown: str = ""
    """Why `derived_from` may not be all of them; empty if it is."""
    line: int = 0
    """Line in the asset's `described_at` file, or else in its `at` file; 0 if unknown."""
    description: str = ""
    """First paragraph of its description, at most 300 characters."""


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An asset check, or a dbt data test without an asset check."""

    name: str
    at: str = ""
    kind: str = ""
    """`not_null`, `unique`, `relationships`, `accepted_values`, another test's name, `python`."""
    columns: tuple[str, ...] = ()
    blocking: bool = False
    """Its failure blocks downstream assets (dbt: severity error)."""
    visible: bool = True
    """Dagster has an asset check for it. False: a dbt test that Dagster does not show."""


class Read(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An edge: a dependency of an asset on another one, in the same or in another project."""

    key: str
    """Key of the upstream asset."""
    at: str = ""
    """Place of the dependency: the source in its YAML, the `ref`, or the Python line."""
    via: ReadVia = "python"
    source: str = ""
    """Via source: name of the source in the project, `source.table`."""
    relation: str = ""
    """Via ref to a model of an installed package that another location builds: the relation that
    the reader's project renders for it."""
    declared: bool = True
    """Dagster has the dependency."""
    queried: bool | None = None
    """Whether the code reads the table; None if that cannot be determined."""
    columns: tuple[str, ...] | None = None
    """Upstream columns that are selected, filtered or joined on, sorted; None if unknown."""
    missing_columns: tuple[str, ...] = ()
    """Columns of `columns` that an asset of the same project lacks, usually because a `select *`
    no longer passes them on. Columns of other projects are compared when the graph is checked."""
    expects: dict[str, Expected] = field(default_factory=dict)
    """Via python: expectations that the reader declares, by column."""
    partition_mapping: str = ""
    """Class name of an explicit partition mapping; empty if Dagster infers it."""


class Expected(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Expectations of a reader on one foreign column."""

    type: str = ""
    """Declared type (`data_type` of a source's column); empty: any type."""
    not_null: bool = False
    """Tested with severity error, or declared."""
    unique: bool = False
    line: int = 0
    """Line in the file of the source or dependency."""


class Asset(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An asset that a code location produces or declares."""

    key: str
    kind: AssetKind = "asset"
    """`external`: declared without a producer; `stub`: created by Dagster for an unknown key."""
    at: str = ""
    described_at: str = ""
    """Place of its description in dbt's YAML."""
    description: str = ""
    """First paragraph of its description, at most 300 characters."""
    relation: str = ""
    """`database.schema.table` as rendered, unquoted; empty if there is none or it is unknown."""
    name: str = ""
    """dbt: name of the model, seed or snapshot."""
    package: str = ""
    """dbt: package that defines it."""
    unique_id: str = ""
    """dbt: id in the manifest."""
    version: str = ""
    """dbt: version of a versioned model."""
    latest_version: str = ""
    deprecation_date: str = ""
    """dbt: ISO 8601."""
    group: str = ""
    owners: tuple[str, ...] = ()
    """Dagster's owners: `team:finance` or an e-mail address."""
    access: str = ""
    """dbt: `public`, `protected` or `private`; empty if it is not a dbt model."""
    contract: bool = False
    """It has an enforced dbt contract, or in Python a declared column schema."""
    materialized: str = ""
    """dbt: `table`, `view`, `incremental`, `ephemeral`, `seed`, `snapshot` or a custom one."""
    partitions: Partitions | None = None
    freshness: str = ""
    automation: str = ""
    """Label of its automation condition."""
    grain: tuple[str, ...] = ()
    """Columns whose combination is guaranteed to be unique."""
    columns: dict[str, Column] = field(default_factory=dict)
    """Columns in order."""
    columns_known: bool = False
    """`columns` is complete. False: there may be others, so none can be reported as missing."""
    unknown_columns: str = ""
    """Why `columns` may not be all of them, although there is SQL; empty if they are."""
    missing_contract_columns: tuple[str, ...] = ()
    """Columns of the enforced contract that the query lacks; dbt refuses to build it."""
    reads: tuple[Read, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def executable(self) -> bool:
        """Whether a code location produces it."""
        return self.kind not in OUTSIDE

    @property
    def injected(self) -> bool:
        """Whether dbt-loom injected it from the manifest of another project.

        What it reads is in the interface of that project.
        """
        return self.kind == "external" and bool(self.unique_id) and not self.at


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A dbt source: a table that another project or system produces."""

    name: str
    """`source.table`."""
    key: str
    """Asset key in Dagster, from the project's translator."""
    at: str = ""
    """Place of the table in its YAML."""
    key_at: str = ""
    """Place of `asset_key`; empty without one."""
    key_origin: KeyOrigin = "default"
    """Origin of the key. `table`: a list on the table; `source`: inherited from the source, so all
    of its tables share it; `string`: a string instead of a list; `default`: dagster-dbt's rule;
    `translator`: a custom translator."""
    relation: str = ""
    columns: dict[str, Expected] = field(default_factory=dict)
    """Expectations of the project by column, in order."""
    checks: tuple[Check, ...] = ()
    package: str = ""
    read: bool = True
    """A model, test, exposure or metric of the project uses it."""
    freshness: str = ""
    """Freshness of its YAML: `warn after 12 hours, error after 1 day`."""


class ForeignCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An asset check on an asset of another code location."""

    name: str
    key: str
    """Key of the checked asset."""
    at: str = ""
    blocking: bool = False


class Exposure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dbt exposure: a dashboard, application or notebook that depends on assets."""

    name: str
    at: str = ""
    type: str = ""
    owner: str = ""
    reads: tuple[str, ...] = ()
    """Keys."""


class Job(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job, schedule or sensor."""

    name: str
    kind: Literal["job", "schedule", "sensor"] = "job"
    at: str = ""
    cron: str = ""
    targets: tuple[str, ...] = ()
    """Keys that it materializes or watches; empty if these are all keys or unknown."""


class Interface(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Assets, sources, checks and jobs of one code location."""

    schema_version: int
    project: str
    """Name of the project, which is that of its folder."""
    location: str = ""
    """Name of the code location, if it differs from the project's."""
    folder: str = ""
    """Folder of the project relative to the root, if the file is stored elsewhere. Places are
    relative to this folder."""
    dialect: str = ""
    """Engine of the type names: `duckdb`, `spark`, `snowflake`, …"""
    dbt_project: str = ""
    """Name of its dbt project."""
    unreadable: str = ""
    """Error of a code location that could not be loaded. It has no assets, sources and jobs."""
    listed_at: str = ""
    """Place of the entry of such a code location in the workspace."""
    assets: tuple[Asset, ...] = ()
    """Sorted by key."""
    sources: tuple[Source, ...] = ()
    """Sorted by name."""
    checks: tuple[ForeignCheck, ...] = ()
    """Checks on assets of other code locations."""
    exposures: tuple[Exposure, ...] = ()
    jobs: tuple[Job, ...] = ()
    unknown: tuple[str, ...] = ()
    """Facts that could not be determined, one sentence each."""
