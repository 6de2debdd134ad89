"""RD02: a table that is read and not declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import Edge, LineageGraph
from dagster_lineage.model.findings import Finding


class ReadButNotDeclared(Rule):
    """SQL or Python reads another project's table by its name; Dagster knows no dependency.

    The reader does not run when the table changes, runs before it is there, and is in nobody's
    picture of who would be hurt.

    **Anti-pattern**

        select order_id from jaffle_dbt.jaffle.orders

    **Best practice**

        select order_id from {{ source('jaffle', 'orders') }}

    with `meta: {dagster: {asset_key: ["jaffle", "orders"]}}` on the source's table.
    """

    code: ClassVar[str] = "RD02"
    name: ClassVar[str] = "read-but-not-declared"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per reader and key."""
        for edge in graph.foreign_edges:
            read = edge.read
            if read.declared or not read.queried:
                continue
            producer = graph.producer(read.key)
            relation = producer.asset.relation if producer else ""
            table = f"`{relation}` (`{read.key}`)" if relation else f"`{read.key}`"
            whose = f" of {producer.where.project}" if producer else ""
            yield self.at_edge(
                edge,
                f"`{edge.reader.key}` reads {table}{whose}, which it does not declare as upstream.",
                fix=_mend(edge),
                producer=producer,
            )


def _mend(edge: Edge) -> str:
    if edge.reader.kind == "asset":
        return f"Declare `{edge.read.key}` in its `deps`."
    named = [one.name for one in edge.where.interface.sources if one.key == edge.read.key]
    if named:
        source, _, table = named[0].partition(".")
        return f"Read it through `source('{source}', '{table}')`."
    return "Declare it as a source with its `asset_key`, and read it through `source(…)`."
