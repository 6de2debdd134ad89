"""The interface graph as OpenLineage events."""

from dagster_lineage.present.openlineage.events import events, lines

__all__ = ["events", "lines"]
