"""The content of a dbt manifest, as the values of the interface graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct

from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.model import Asset, Exposure, Source


class Code(Struct, frozen=True, kw_only=True):
    """The code of a model, snapshot or seed, for tracing columns; ephemeral models have it, too."""

    unique_id: str
    package: str
    is_ephemeral: bool
    language: str
    """`sql` or `python`; a seed has none."""
    raw: str
    """With Jinja, as dbt keeps it: without the blank lines that its file begins and ends with."""
    reads: tuple[str, ...]
    """Unique ids of the nodes and sources that it names, ephemeral models among them."""
    at: str = ""
    """Where it begins."""


@dataclass(frozen=True)
class ManifestGraph:
    """The facts of one manifest; all mappings are in the manifest's order."""

    project: str
    """Name of the dbt project."""
    dialect: str
    """Type of its adapter: `duckdb`, `snowflake`, …; empty when the manifest hides it."""
    assets: Mapping[str, Asset]
    """By unique id: models, seeds and snapshots that are tables or views, those of installed
    packages included. Ephemeral models are none. Nodes that dbt took over from another project
    (dbt-loom) are of kind `external`."""
    sources: Mapping[str, Source]
    """By unique id; the key of an `Asset.reads` entry via source is that of its source."""
    exposures: tuple[Exposure, ...]
    """Those of packages included."""
    tests: Mapping[str, DataTest]
    """By unique id, each with what it is about."""
    keys: Mapping[str, str]
    """By unique id, of all nodes and sources that have one: also those that the location was not
    asked about."""
    code: Mapping[str, Code]
    """By unique id."""
    notes: tuple[str, ...]
    """What could not be read, in sentences."""
