"""What a dbt manifest says, as the values of the interface graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct

from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.model import Asset, Exposure, Source


class Code(Struct, frozen=True, kw_only=True):
    """The code of a model, snapshot or seed, for tracing columns; ephemeral models have it, too."""

    unique_id: str
    name: str
    package: str
    resource_type: str
    materialized: str
    language: str
    """`sql` or `python`; a seed has none."""
    raw: str
    """With Jinja, as dbt keeps it: without the blank lines that its file begins and ends with."""
    compiled: str
    """As dbt has compiled it; empty in a manifest that was only parsed."""
    relation: str
    """As dbt renders it in SQL, with quotes; empty for ephemeral models."""
    reads: tuple[str, ...]
    """Unique ids of the nodes and sources that it names, ephemeral models among them."""
    at: str = ""
    """Where it begins."""


class Group(Struct, frozen=True, kw_only=True):
    """A dbt group: who owns the models in it."""

    name: str
    owner: str = ""
    """The owner's name."""
    emails: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True)
class ManifestGraph:
    """Everything that one manifest says; all mappings are in the manifest's order.

    Attributes:
        project: Name of the dbt project.
        dialect: Type of its adapter: `duckdb`, `snowflake`, …; empty when the manifest hides it.
        dbt_version: That wrote it.
        schema_version: Of the manifest: 12 for v12; 0 when it does not say.
        assets: By unique id: models, seeds and snapshots that are tables or views, those of
            installed packages included. Ephemeral models are none. Nodes that dbt took over from
            another project (dbt-loom) are of kind `external`.
        sources: By unique id; the key of an `Asset.reads` entry via source is that of its source.
        exposures: Those of packages included.
        tests: By unique id, each with what it is about.
        groups: By name.
        keys: By unique id, of all nodes and sources that have one: also those that the location
            was not asked about.
        unasked: Unique ids of `assets` and `sources` that the given keys do not name: no
            `@dbt_assets` of the location holds them. They have the key of dagster-dbt's own rule.
        code: By unique id.
        notes: What could not be read, in sentences.
    """

    project: str
    dialect: str
    dbt_version: str
    schema_version: int
    assets: Mapping[str, Asset]
    sources: Mapping[str, Source]
    exposures: tuple[Exposure, ...]
    tests: Mapping[str, DataTest]
    groups: Mapping[str, Group]
    keys: Mapping[str, str]
    unasked: frozenset[str]
    code: Mapping[str, Code]
    notes: tuple[str, ...]
