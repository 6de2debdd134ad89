"""The changes of the interfaces on a branch, and the readers that they break."""

from dagster_lineage.analyze.diff.changes import BrokenReader, Change, InterfaceDiff, Level
from dagster_lineage.analyze.diff.compare import compare

__all__ = ["BrokenReader", "Change", "InterfaceDiff", "Level", "compare"]
