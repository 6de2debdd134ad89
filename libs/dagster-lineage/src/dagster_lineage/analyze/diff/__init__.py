"""What a branch does to the interfaces, change by change, and whom each of them hurts."""

from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff, Level, ReaderHurt
from dagster_lineage.analyze.diff.compare import compare

__all__ = ["Change", "InterfaceDiff", "Level", "ReaderHurt", "compare"]
