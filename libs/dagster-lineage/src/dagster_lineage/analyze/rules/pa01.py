"""PA01: the partitions of the two ends of an edge do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.unmet import incompatible_partitions
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding


class IncompatiblePartitions(GraphRule):
    """Dagster cannot map the partitions of a reader on those of an asset of another location.

    Inside one code location Dagster checks part of this when definitions load. Between two it
    checks nothing: the backfill fails with `depends on non-existent partitions`, or automation
    never starts. Days and hours fit in both directions, and so do an end without partitions and any
    explicit mapping.

    **Anti-pattern**

        # ingestion has DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")
        daily = dg.DailyPartitionsDefinition("2023-01-01")

        @dg.asset(partitions_def=daily, deps=[upstream("ingestion", "orders")])

    **Best practice**

    Use the same definition, or an explicit mapping.

        daily = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")

        @dg.asset(partitions_def=daily, deps=[upstream("ingestion", "orders")])
    """

    code: ClassVar[str] = "PA01"
    name: ClassVar[str] = "incompatible-partitions"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield a finding per source or dependency in Python."""
        for unmet in incompatible_partitions(graph, self.today):
            if unmet.reference:
                yield self.at_reference(
                    unmet.reference,
                    f"`{unmet.edges[0].reader.key}` reads `{unmet.key}` and {unmet.found}.",
                    fix="Use one partitions definition for both, or an explicit mapping.",
                )
