"""The graph in the formats of other tools."""

from dagster_lineage.present.openlineage.events import events, lines

__all__ = ["events", "lines"]
