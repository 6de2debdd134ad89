"""ED02: assets of several projects that wait for each other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.components import circles
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import Edge, LineageGraph
from dagster_lineage.model.findings import Finding


class CycleOverProjects(Rule):
    """Assets of two or more code locations depend on each other in a circle.

    Inside one location Dagster refuses a circle. Over two it sees none: both load, both validate,
    and each asset is for ever one run behind itself, or waits for ever. A circle of locations is no
    fault: `a` may read from `b` and `b` from `a` as long as no asset comes back to itself.

    **Anti-pattern**

        marts/customer_value  reads  ml/scores           # finance reads data science
        ml/scores             reads  marts/customer_value

    **Best practice**

    Cut the circle at the edge that was added last: let it read the table of the step before, or
    split the asset into the part that is read and the part that reads.

        marts/customer_value  reads  ml/scores
        ml/scores             reads  marts/customer_orders
    """

    code: ClassVar[str] = "ED02"
    name: ClassVar[str] = "cycle-over-projects"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """The shortest circle of each group of assets that all depend on each other."""
        crossing = _crossing(graph)
        borders: dict[str, set[str]] = {}
        for edge in crossing:
            maker = graph.producers[edge.read.key][0].where.file
            borders.setdefault(edge.where.file, set()).add(maker)
        groups = circles(borders)
        if groups:
            weights = Counter((one.where.file, _maker(graph, one)) for one in crossing)
            for files in groups:
                yield from self._in(graph, files, weights)

    def _in(
        self, graph: LineageGraph, files: set[str], weights: Counter[tuple[str, str]]
    ) -> Iterator[Finding]:
        edges = _edges(graph, files)
        reads = {key: {edge.read.key for edge in out} for key, out in edges.items()}
        for group in circles(reads):
            if len({_file(graph, key) for key in group}) > 1:
                yield self._finding(graph, _shortest(graph, edges, group), weights)

    def _finding(
        self, graph: LineageGraph, circle: list[Edge], weights: Counter[tuple[str, str]]
    ) -> Finding:
        # The edge that goes against the stream between its two projects is the one to be cut.
        across = [edge for edge in circle if edge.where.file != _maker(graph, edge)]
        cut = min(across, key=lambda one: (weights[one.where.file, _maker(graph, one)], one.place))
        start = circle.index(cut)
        circle = circle[start:] + circle[:start]
        steps = [
            f"`{edge.reader.key}` reads `{edge.read.key}` ({edge.place[0]}:{edge.place[1]})"
            for edge in circle
        ]
        return self.at_edge(
            cut,
            f"{len(circle)} assets wait for each other: {', '.join(steps)}.",
            mend="Cut the circle here, or at another of its edges.",
            key=cut.reader.key,
            made=graph.made(cut.read.key),
        )


def _crossing(graph: LineageGraph) -> list[Edge]:
    return [
        edge
        for edge in graph.foreign_edges
        if edge.reader.executable and edge.read.key in graph.producers
    ]


def _maker(graph: LineageGraph, edge: Edge) -> str:
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
    """The shortest circle in a group that crosses a border, as its edges in their order."""
    found: list[Edge] = []
    for key in sorted(group):
        for edge in edges[key]:
            if edge.read.key in group and edge.where.file != _maker(graph, edge):
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
