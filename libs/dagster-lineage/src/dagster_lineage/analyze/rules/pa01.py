"""PA01: the partitions of the two ends of an edge do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.partition_fit import misfit
from dagster_lineage.analyze.reference_rule import CrossingRule
from dagster_lineage.model import Crossing, LineageGraph
from dagster_lineage.model.findings import Finding


class PartitionsDoNotFit(CrossingRule):
    """Reader and producer are partitioned, and Dagster cannot map their partitions on each other.

    Inside one location Dagster refuses some of it when it loads. Between two nobody looks: the
    backfill fails with `depends on non-existent partitions`, or automation waits for ever. Days
    over hours, and hours over days, fit; so does an end without partitions, and any explicit
    mapping.

    **Anti-pattern**

        # ingestion has DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")
        daily = dg.DailyPartitionsDefinition("2023-01-01")

        @dg.asset(partitions_def=daily, deps=[upstream("ingestion", "orders")])

    **Best practice**

    One definition, or an explicit mapping.

        daily = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")

        @dg.asset(partitions_def=daily, deps=[upstream("ingestion", "orders")])
    """

    code: ClassVar[str] = "PA01"
    name: ClassVar[str] = "partitions-do-not-fit"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per source, or dependency in Python."""
        for crossing in graph.crossings:
            if crossing.made.asset.partitions is not None:
                yield from self._of(crossing)

    def _of(self, crossing: Crossing) -> Iterator[Finding]:
        upstream = crossing.made.asset.partitions
        for edge in crossing.edges:
            downstream = edge.reader.partitions
            if upstream is None or downstream is None or edge.read.partition_mapping:
                continue
            why = misfit(upstream, downstream, self.today)
            if why:
                yield self.at_crossing(
                    crossing,
                    f"`{edge.reader.key}` reads `{crossing.made.asset.key}` and {why}.",
                    mend="Use one partitions definition for both, or an explicit mapping.",
                )
                return
