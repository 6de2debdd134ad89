"""PA01: the partitions of the two ends of an edge do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.partition_fit import misfit
from dagster_lineage.analyze.reference_rule import ReferenceRule
from dagster_lineage.model import LineageGraph, Reference
from dagster_lineage.model.findings import Finding


class PartitionsDoNotFit(ReferenceRule):
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
        for reference in graph.references:
            if reference.producer.asset.partitions is not None:
                yield from self._of(reference)

    def _of(self, reference: Reference) -> Iterator[Finding]:
        upstream = reference.producer.asset.partitions
        for edge in reference.edges:
            downstream = edge.reader.partitions
            if upstream is None or downstream is None or edge.read.partition_mapping:
                continue
            why = misfit(upstream, downstream, self.today)
            if why:
                yield self.at_reference(
                    reference,
                    f"`{edge.reader.key}` reads `{reference.producer.asset.key}` and {why}.",
                    fix="Use one partitions definition for both, or an explicit mapping.",
                )
                return
