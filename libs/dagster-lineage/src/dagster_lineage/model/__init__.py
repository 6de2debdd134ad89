"""The interface graph: plain values, no file format, no terminal, no Dagster."""

from dagster_lineage.model.graph import Edge, LineageGraph, Located, Made
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
    column_of,
    key_path,
    key_text,
    place,
    split_column,
    split_place,
)
from dagster_lineage.model.references import Crossing

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
