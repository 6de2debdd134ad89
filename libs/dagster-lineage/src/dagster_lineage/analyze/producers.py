"""Which of several makers of one thing is the one that was there first."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from dagster_lineage.analyze.nearest_keys import split_last
from dagster_lineage.model import LineageGraph, Made


def rivals(graph: LineageGraph) -> Iterator[tuple[Made, Made]]:
    """Each asset whose key another one has, too, after the rightful maker of that key."""
    for made in graph.producers.values():
        if len(made) > 1:
            first, *others = by_right(graph, made)
            for other in others:
                yield first, other


def by_right(graph: LineageGraph, made: list[Made]) -> list[Made]:
    """Makers of one thing, first the one whose location makes most under its key's prefix.

    A schema belongs to one team: the asset that strayed is the one to be mended, so findings stand
    there.
    """
    if graph not in _SHARES:
        _SHARES[graph] = _shares(graph)
    shares = _SHARES[graph]
    return sorted(made, key=lambda one: (-shares[_share(one)], one.where.project, one.place))


_SHARES: WeakKeyDictionary[LineageGraph, dict[tuple[str, str], int]] = WeakKeyDictionary()


def _shares(graph: LineageGraph) -> dict[tuple[str, str], int]:
    shares: dict[tuple[str, str], int] = {}
    for made in graph.producers.values():
        for one in made:
            share = _share(one)
            shares[share] = shares.get(share, 0) + 1
    return shares


def _share(made: Made) -> tuple[str, str]:
    return made.where.file, split_last(made.asset.key)[0]
