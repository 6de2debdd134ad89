"""Cycles of a graph: groups of nodes that all reach each other."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet


def cycles(graph: Mapping[str, AbstractSet[str]]) -> list[set[str]]:
    """Return the groups of two or more nodes that all reach each other, sorted by name.

    Most graphs have no cycle, which one pass over the edges finds.

    Args:
        graph: Successors by node. A node without successors need not be a key.
    """
    left = _without_ends(_without_ends(graph), backwards=True)
    back = _reversed(left)
    found: list[set[str]] = []
    for node in sorted(left):
        if not any(node in group for group in found):
            group = _reached(left, node) & _reached(back, node)
            if len(group) > 1:
                found.append(group)
    return found


def _without_ends(
    graph: Mapping[str, AbstractSet[str]], *, backwards: bool = False
) -> dict[str, set[str]]:
    """Return the graph without the nodes that reach no cycle (backwards: that no cycle reaches)."""
    successors = _reversed(graph) if backwards else graph
    before = graph if backwards else _reversed(graph)
    count = {node: len(out) for node, out in successors.items()}
    gone = {node for node in (*before, *graph) if not count.get(node)}
    ends = list(gone)
    while ends:
        for node in before.get(ends.pop(), ()):
            count[node] -= 1
            if not count[node] and node not in gone:
                gone.add(node)
                ends.append(node)
    return {node: set(out) - gone for node, out in graph.items() if node not in gone}


def _reversed(graph: Mapping[str, AbstractSet[str]]) -> dict[str, set[str]]:
    back: dict[str, set[str]] = {}
    for node, successors in graph.items():
        for successor in successors:
            back.setdefault(successor, set()).add(node)
    return back


def _reached(graph: Mapping[str, AbstractSet[str]], start: str) -> set[str]:
    """Return the nodes that can be reached, including the start."""
    seen, waiting = {start}, [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen
