"""ED02: assets of several code locations that depend on each other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.components import cycles
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Edge, LineageGraph
from dagster_lineage.model.findings import Finding


class CrossProjectCycle(GraphRule):
    """Assets of two or more code locations depend on each other in a cycle.

    Dagster rejects a cycle within a code location. It does not detect one across code locations:
    both load and validate, and each asset is always one run behind, or is never materialized. Two
    code locations may read from each other, as long as no asset depends on itself.

    **Anti-pattern**

        marts/customer_value  reads  ml/scores           # finance reads data science
        ml/scores             reads  marts/customer_value

    **Best practice**

    Remove the edge that was added last: read the table before it in the cycle, or split the asset
    into the part that is read and the part that reads.

        marts/customer_value  reads  ml/scores
        ml/scores             reads  marts/customer_orders
    """

    code: ClassVar[str] = "ED02"
    name: ClassVar[str] = "cross-project-cycle"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield the shortest cycle of each group of assets that all depend on each other."""
        edges = _cross_location_edges(graph)
        locations: dict[str, set[str]] = {}
        for edge in edges:
            locations.setdefault(edge.where.file, set()).add(_producer_file(graph, edge))
        groups = cycles(locations)
        if groups:
            weights = Counter((one.where.file, _producer_file(graph, one)) for one in edges)
            for files in groups:
                yield from self._in(graph, files, weights)

    def _in(
        self, graph: LineageGraph, files: set[str], weights: Counter[tuple[str, str]]
    ) -> Iterator[Finding]:
        edges = _edges(graph, files)
        reads = {key: {edge.read.key for edge in out} for key, out in edges.items()}
        for group in cycles(reads):
            if len({_file(graph, key) for key in group}) > 1:
                yield self._of(graph, _shortest(graph, edges, group), weights)

    def _of(
        self, graph: LineageGraph, cycle: list[Edge], weights: Counter[tuple[str, str]]
    ) -> Finding:
        # The edge to remove is the one against the usual direction between its two locations.
        across = [edge for edge in cycle if edge.where.file != _producer_file(graph, edge)]
        cut = min(
            across,
            key=lambda one: (weights[one.where.file, _producer_file(graph, one)], one.place),
        )
        start = cycle.index(cut)
        cycle = cycle[start:] + cycle[:start]
        steps = [
            f"`{edge.reader.key}` reads `{edge.read.key}` ({edge.place[0]}:{edge.place[1]})"
            for edge in cycle
        ]
        return self.at_edge(
            cut,
            f"{len(cycle)} assets depend on each other: {', '.join(steps)}.",
            fix="Remove this dependency, or another one of the cycle.",
            key=cut.reader.key,
            keys=tuple(edge.reader.key for edge in cycle),
            producer=graph.producer(cut.read.key),
        )


def _cross_location_edges(graph: LineageGraph) -> list[Edge]:
    return [
        edge
        for edge in graph.foreign_edges
        if edge.reader.executable and edge.read.key in graph.producers
    ]


def _producer_file(graph: LineageGraph, edge: Edge) -> str:
    return _file(graph, edge.read.key)


def _file(graph: LineageGraph, key: str) -> str:
    return graph.producers[key][0].where.file


def _edges(graph: LineageGraph, files: set[str]) -> dict[str, list[Edge]]:
    """Return the edges between executable assets of some code locations, by the reader's key."""
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
    """Return the edges of the shortest cycle in a group that spans several code locations."""
    found: list[Edge] = []
    for key in sorted(group):
        for edge in edges[key]:
            if edge.read.key in group and edge.where.file != _producer_file(graph, edge):
                back = _path(edges, edge.read.key, key, group)
                if not found or len(back) + 1 < len(found):
                    found = [edge, *back]
    return found


def _path(edges: dict[str, list[Edge]], start: str, end: str, group: set[str]) -> list[Edge]:
    """Return the edges of a shortest path between two assets of a group, which has one."""
    came: dict[str, Edge] = {}
    queue = deque([start])
    while queue and end not in came:
        for edge in edges[queue.popleft()]:
            if edge.read.key in group and edge.read.key not in came and edge.read.key != start:
                came[edge.read.key] = edge
                queue.append(edge.read.key)
    path: list[Edge] = []
    while end != start:
        path.append(came[end])
        end = came[end].reader.key
    return path[::-1]
