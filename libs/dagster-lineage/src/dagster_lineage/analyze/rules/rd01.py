"""RD01: a declared dependency that is not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding, Level


class UnusedDependency(GraphRule):
    """An asset declares a dependency on another project's asset that its code does not read.

    The asset is materialized although its input has not changed, waits for an asset that it does
    not need, and appears as a reader in every change of that asset. Nothing is reported where the
    code cannot be analyzed.

    **Anti-pattern**

        -- depends_on: {{ source('jaffle', 'customers') }}
        select order_id from {{ source('jaffle', 'orders') }}

    **Best practice**

    Depend only on what the query reads.

        select order_id from {{ source('jaffle', 'orders') }}
    """

    code: ClassVar[str] = "RD01"
    name: ClassVar[str] = "unused-dependency"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per reader and key, in the reader's file."""
        for edge in graph.foreign_edges:
            read = edge.read
            if read.queried is not False or not read.declared:
                continue
            ends = graph.producers.get(read.key) or graph.declared.get(read.key)
            if not ends:
                continue  # reported as an unresolved key
            source = graph.source_of(edge.where, read)
            # Other readers need the source, so the finding is at the model.
            at = edge.reader.at if source and read.at == source.at else read.at or edge.reader.at
            yield self.finding(
                edge.where.path(at),
                edge.where.project,
                f"`{edge.reader.key}` declares a dependency on `{read.key}`, but does not read it.",
                fix="Remove the dependency, or read the table.",
                key=read.key,
                owners=edge.reader.owners,
                other=ends[0],
            )
