"""ED02: assets of several projects that wait for each other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.components import cycles
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import Edge, LineageGraph
from dagster_lineage.model.findings import Finding


class CycleOverProjects(Rule):
    """Assets of two or more code locations depend on each other in a cycle.

    Inside one location Dagster refuses a cycle. Over two it sees none: both load, both validate,
    and each asset is for ever one run behind itself, or waits for ever. A cycle of locations is no
    fault: `a` may read from `b` and `b` from `a` as long as no asset comes back to itself.

    **Anti-pattern**

        marts/customer_value  reads  ml/scores           # finance reads data science
        ml/scores             reads  marts/customer_value

    **Best practice**

    Cut the cycle at the edge that was added last: let it read the table of the step before, or
    split the asset into the part that is read and the part that reads.

        marts/customer_value  reads  ml/scores
        ml/scores             reads  marts/customer_orders
    """

    code: ClassVar[str] = "ED02"
    name: ClassVar[str] = "cycle-over-projects"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """The shortest cycle of each group of assets that all depend on each other."""
        reference = _crossing(graph)
        borders: dict[str, set[str]] = {}
        for edge in reference:
            producer = graph.producers[edge.read.key][0].where.file
            borders.setdefault(edge.where.file, set()).add(producer)
        groups = cycles(borders)
        if groups:
            weights = Counter((one.where.file, _producer(graph, one)) for one in reference)
            for files in groups:
                yield from self._in(graph, files, weights)

    def _in(
        self, graph: LineageGraph, files: set[str], weights: Counter[tuple[str, str]]
    ) -> Iterator[Finding]:
        edges = _edges(graph, files)
        reads = {key: {edge.read.key for edge in out} for key, out in edges.items()}
        for group in cycles(reads):
            if len({_file(graph, key) for key in group}) > 1:
                yield self._finding(graph, _shortest(graph, edges, group), weights)

    def _finding(
        self, graph: LineageGraph, cycle: list[Edge], weights: Counter[tuple[str, str]]
    ) -> Finding:
        # The edge that goes against the stream between its two projects is the one to be cut.
        across = [edge for edge in cycle if edge.where.file != _producer(graph, edge)]
        cut = min(
            across, key=lambda one: (weights[one.where.file, _producer(graph, one)], one.place)
        )
        start = cycle.index(cut)
        cycle = cycle[start:] + cycle[:start]
        steps = [
            f"`{edge.reader.key}` reads `{edge.read.key}` ({edge.place[0]}:{edge.place[1]})"
            for edge in cycle
        ]
        return self.at_edge(
            cut,
            f"{len(cycle)} assets wait for each other: {', '.join(steps)}.",
            fix="Cut the cycle here, or at another of its edges.",
            key=cut.reader.key,
            producer=graph.producer(cut.read.key),
        )


def _crossing(graph: LineageGraph) -> list[Edge]:
    return [
        edge
        for edge in graph.foreign_edges
        if edge.reader.executable and edge.read.key in graph.producers
    ]


def _producer(graph: LineageGraph, edge: Edge) -> str:
    return _file(graph, edge.read.key)


def _file(graph: LineageGraph, key: str) -> str:
    return graph.producers[key][0].where.file


def _edges(graph: LineageGraph, files: set[str]) -> dict[str, list[Edge]]:
    """Edges between executable assets of some locations, by the reader's key."""
    edges: dict[str, list[Edge]] = {}
    for where in graph.located:
        if where.file not in files:
            continue
        for asset in where.interface.assets:
            if asset.executable:
                out = edges.setdefault(asset.key, [])
                out += [
                    Edge(where, asset, read)
                    for read in asset.reads
                    if read.key != asset.key and read.key in graph.producers
                ]
    return edges


def _shortest(graph: LineageGraph, edges: dict[str, list[Edge]], group: set[str]) -> list[Edge]:
    """The shortest cycle in a group that crosses a border, as its edges in their order."""
    found: list[Edge] = []
    for key in sorted(group):
        for edge in edges[key]:
            if edge.read.key in group and edge.where.file != _producer(graph, edge):
                back = _way(edges, edge.read.key, key, group)
                if not found or len(back) + 1 < len(found):
                    found = [edge, *back]
    return found


def _way(edges: dict[str, list[Edge]], start: str, end: str, group: set[str]) -> list[Edge]:
    """The edges of a shortest way between two assets of a group; there is one."""
    came: dict[str, Edge] = {}
    queue = deque([start])
    while queue and end not in came:
        for edge in edges[queue.popleft()]:
            if edge.read.key in group and edge.read.key not in came and edge.read.key != start:
                came[edge.read.key] = edge
                queue.append(edge.read.key)
    way: list[Edge] = []
    while end != start:
        way.append(came[end])
        end = came[end].reader.key
    return way[::-1]
