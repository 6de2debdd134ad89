"""What a branch does to the interfaces, change by change, and whom each of them hurts."""

from dagster_lineage.analyze.diff.changes import BrokenReader, Change, InterfaceDiff, Level
from dagster_lineage.analyze.diff.compare import compare

__all__ = ["BrokenReader", "Change", "InterfaceDiff", "Level", "compare"]
