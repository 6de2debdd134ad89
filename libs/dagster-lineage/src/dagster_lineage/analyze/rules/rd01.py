"""RD01: a dependency that is declared and never read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding, Level


class DeclaredButNeverRead(Rule):
    """An asset declares another project's asset as upstream, and its code never reads it.

    It runs when nothing for it has changed, waits for a team that it does not need, and its
    producer asks leave for changes that hurt nobody. Nothing is said where the code cannot be seen
    through.

    **Anti-pattern**

        -- depends_on: {{ source('jaffle', 'customers') }}
        select order_id from {{ source('jaffle', 'orders') }}

    **Best practice**

        select order_id from {{ source('jaffle', 'orders') }}
    """

    code: ClassVar[str] = "RD01"
    name: ClassVar[str] = "declared-but-never-read"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per reader and key, in the reader's own file."""
        for edge in graph.foreign_edges:
            read = edge.read
            if read.queried is not False or not read.declared:
                continue
            ends = graph.producers.get(read.key) or graph.declared.get(read.key)
            if not ends:
                continue  # an edge to nothing, which another rule tells
            source = graph.source_of(edge.where, read)
            # A source's line is right for its other readers; the model is what declares too much.
            at = edge.reader.at if source and read.at == source.at else read.at or edge.reader.at
            file, line = edge.where.path(at)
            yield self.at(
                (file, line),
                edge.where,
                (f"`{edge.reader.key}` declares `{read.key}` as upstream, but never reads it."),
                fix="Take the dependency out, or read the table.",
                key=read.key,
                owners=edge.reader.owners,
                other=ends[0],
            )
