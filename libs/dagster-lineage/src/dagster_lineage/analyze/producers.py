"""Several producers of one key or table, in the order in which they are expected to own it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile

from dagster_lineage.analyze.nearest_keys import split_last
from dagster_lineage.model import LineageGraph, LocatedAsset


class ProducerRanking:
    """Ranks the producers of a key or table.

    A model of another project's package, installed or injected, comes after that project's own. A
    schema belongs to one project, so of the others the producer whose code location produces most
    assets under the key's prefix comes first. Findings are reported at the others.

    Args:
        graph: The interface graph.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self._graph = graph

    def ranked(self, producers: list[LocatedAsset]) -> list[LocatedAsset]:
        """Return the producers, the expected one first."""
        return sorted(
            producers,
            key=lambda one: (
                not is_own_model(one),
                -self._counts[_prefix(one)],
                one.where.project,
                one.place,
            ),
        )

    @cached_property
    def _counts(self) -> Counter[tuple[str, str]]:
        """Number of assets by interface file and prefix."""
        return Counter(
            _prefix(one) for producers in self._graph.producers.values() for one in producers
        )


def duplicate_producers(graph: LineageGraph) -> Iterator[tuple[LocatedAsset, LocatedAsset]]:
    """Yield each asset whose key has another producer, after the expected producer of the key."""
    ranking = ProducerRanking(graph)
    for producers in graph.producers.values():
        if len(producers) > 1:
            first, *others = ranking.ranked(producers)
            for other in others:
                yield first, other


def is_own_model(producer: LocatedAsset) -> bool:
    """Return whether an asset belongs to its dbt project itself, not to a package."""
    return producer.asset.package in ("", producer.where.interface.dbt_project)


def same_model_name(first: LocatedAsset, other: LocatedAsset) -> bool:
    """Return whether both are dbt models of one name in two projects, which KY04 reports."""
    return (
        bool(first.asset.unique_id and other.asset.unique_id)
        and first.asset.name == other.asset.name
        and first.where.project != other.where.project
    )


def differing_parts(key: str, other: str) -> tuple[str, str]:
    """Return two keys without the beginning and the ending that they share.

    >>> differing_parts("shop/dev/orders", "shop/test/orders")
    ('dev', 'test')
    """
    shared = _shared_letters(key, other)
    key, other = key[shared:], other[shared:]
    ending = _shared_letters(reversed(key), reversed(other))
    return key[: len(key) - ending], other[: len(other) - ending]


def _shared_letters(text: Iterable[str], other: Iterable[str]) -> int:
    pairs = zip(text, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _prefix(producer: LocatedAsset) -> tuple[str, str]:
    return producer.where.file, split_last(producer.asset.key)[0]
