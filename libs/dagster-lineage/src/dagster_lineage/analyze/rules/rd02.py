"""RD02: a table that is read without a declared dependency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Edge, LineageGraph
from dagster_lineage.model.findings import Finding


class UndeclaredDependency(GraphRule):
    """SQL or Python reads another project's table by its name, without a dependency in Dagster.

    The reader is not materialized when the table changes, can run before the table exists, and is
    not listed among the readers that a change affects.

    **Anti-pattern**

        select order_id from jaffle_dbt.jaffle.orders

    **Best practice**

    Read the table through a source with `meta: {dagster: {asset_key: ["jaffle", "orders"]}}`.

        select order_id from {{ source('jaffle', 'orders') }}
    """

    code: ClassVar[str] = "RD02"
    name: ClassVar[str] = "undeclared-dependency"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per reader and key."""
        for edge in graph.foreign_edges:
            read = edge.read
            if read.declared or not read.queried:
                continue
            producer = graph.producer(read.key)
            relation = producer.asset.relation if producer else ""
            table = f"`{relation}` (`{read.key}`)" if relation else f"`{read.key}`"
            project = f" of {producer.where.project}" if producer else ""
            yield self.at_edge(
                edge,
                f"`{edge.reader.key}` reads {table}{project} without a declared dependency.",
                fix=_fix(edge),
                producer=producer,
            )


def _fix(edge: Edge) -> str:
    if edge.reader.kind == "asset":
        return f"Add `{edge.read.key}` to its `deps`."
    named = [one.name for one in edge.where.interface.sources if one.key == edge.read.key]
    if named:
        source, _, table = named[0].partition(".")
        return f"Read it through `source('{source}', '{table}')`."
    return "Declare it as a source with its `asset_key`, and read it through `source(…)`."
