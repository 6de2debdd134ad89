"""The graph in the formats of other tools."""

from dagster_lineage.export.openlineage import events, lines

__all__ = ["events", "lines"]
