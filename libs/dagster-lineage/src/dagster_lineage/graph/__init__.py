"""The interface graph: plain values, no file format, no terminal, no Dagster."""

from dagster_lineage.graph.assets import (
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
from dagster_lineage.graph.crossings import Crossing
from dagster_lineage.graph.lineage_graph import Edge, LineageGraph, Located, Made
from dagster_lineage.graph.places import (
    column_of,
    key_path,
    key_text,
    place,
    split_column,
    split_place,
)

__all__ = [
    "SCHEMA_VERSION",
    "Asset",
    "Check",
    "Column",
    "Crossing",
    "Edge",
    "Expected",
    "Exposure",
    "ForeignCheck",
    "Interface",
    "Job",
    "LineageGraph",
    "Located",
    "Made",
    "Partitions",
    "Read",
    "Source",
    "column_of",
    "key_path",
    "key_text",
    "place",
    "split_column",
    "split_place",
]
