"""The interface graph: plain values, no file format, no terminal, no Dagster."""

from dagster_lineage.model.graph import Edge, LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.interface import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Column,
    Expected,
    Exposure,
    ForeignCheck,
    Interface,
    Job,
    Partitions,
    Read,
    Source,
)
from dagster_lineage.model.places import (
    PACKAGE_SEPARATOR,
    column_of,
    is_committed,
    is_uncertain,
    key_path,
    key_text,
    place,
    split_column,
    split_place,
)
from dagster_lineage.model.references import Reference

__all__ = [
    "PACKAGE_SEPARATOR",
    "SCHEMA_VERSION",
    "Asset",
    "Check",
    "Column",
    "Edge",
    "Expected",
    "Exposure",
    "ForeignCheck",
    "Interface",
    "Job",
    "LineageGraph",
    "LocatedAsset",
    "LocatedInterface",
    "Partitions",
    "Read",
    "Reference",
    "Source",
    "column_of",
    "is_committed",
    "is_uncertain",
    "key_path",
    "key_text",
    "place",
    "split_column",
    "split_place",
]
