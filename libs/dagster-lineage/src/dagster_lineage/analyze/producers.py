"""Which of several makers of one thing is the one that was there first."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from dagster_lineage.analyze.nearest_keys import split_last
from dagster_lineage.model import LineageGraph, LocatedAsset


def rivals(graph: LineageGraph) -> Iterator[tuple[LocatedAsset, LocatedAsset]]:
    """Each asset whose key another one has, too, after the rightful maker of that key."""
    for producer in graph.producers.values():
        if len(producer) > 1:
            first, *others = by_right(graph, producer)
            for other in others:
                yield first, other


def by_right(graph: LineageGraph, producer: list[LocatedAsset]) -> list[LocatedAsset]:
    """Makers of one thing, first the one whose location makes most under its key's prefix.

    A schema belongs to one team: the asset that strayed is the one to be fixed, so findings stand
    there.
    """
    if graph not in _SHARES:
        _SHARES[graph] = _shares(graph)
    shares = _SHARES[graph]
    return sorted(producer, key=lambda one: (-shares[_share(one)], one.where.project, one.place))


_SHARES: WeakKeyDictionary[LineageGraph, dict[tuple[str, str], int]] = WeakKeyDictionary()


def _shares(graph: LineageGraph) -> dict[tuple[str, str], int]:
    shares: dict[tuple[str, str], int] = {}
    for producer in graph.producers.values():
        for one in producer:
            share = _share(one)
            shares[share] = shares.get(share, 0) + 1
    return shares


def _share(producer: LocatedAsset) -> tuple[str, str]:
    return producer.where.file, split_last(producer.asset.key)[0]
