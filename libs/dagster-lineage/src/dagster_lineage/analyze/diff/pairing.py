"""Which asset after the branch is which asset before it: keys change and assets move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, key_path

SIMILAR_NAME = 0.6
"""Least likeness of two names (0 to 1, `difflib`) of which one may be the other's new name, such as
`amount` and `amount_eur`; the likeness alone never decides."""
_FEWEST_COLUMNS = 2
_SHORTEST_PART = 3


class AssetPair(Struct, frozen=True, gc=False):
    """An asset at both ends of the branch; one side is empty where it is not there."""

    before: LocatedAsset | None
    after: LocatedAsset | None


def paired(before: LineageGraph, after: LineageGraph) -> Iterator[AssetPair]:
    """Every asset of either graph that is not the same object in both, with its other side.

    Same key and project first, then same key in another project (it moved), then what is the same
    thing under another key: the same dbt node, the same relation, or the same columns under a
    similar name. Stubs are nobody's assets and are left out, and so is what a location that cannot
    be asked after the branch made before it.
    """
    old, new = _differing(before, after)
    gone: dict[tuple[str, str], LocatedAsset] = {}
    for place, producer in old.items():
        if place in new:
            yield AssetPair(producer, new.pop(place))
        else:
            gone[place] = producer
    by_key = defaultdict(list)
    for (_, key), producer in new.items():
        by_key[key].append(producer)
    left: list[LocatedAsset] = []
    for (_, key), producer in gone.items():
        if by_key[key]:
            other = by_key[key].pop()
            del new[other.where.project, key]
            yield AssetPair(producer, other)
        else:
            left.append(producer)
    yield from _renamed(left, new)
    yield from (AssetPair(None, producer) for producer in new.values())


def similar(one: str, other: str) -> float:
    """Likeness of two names, 0 to 1; a name that is in the other (`total`, `total_amount`) is."""
    one, other = sorted((one.casefold(), other.casefold()), key=len)
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return max(ratio, SIMILAR_NAME) if len(one) >= _SHORTEST_PART and one in other else ratio


def _differing(
    before: LineageGraph, after: LineageGraph
) -> tuple[dict[tuple[str, str], LocatedAsset], dict[tuple[str, str], LocatedAsset]]:
    same = {id(one.interface) for one in before.located} & {
        id(one.interface) for one in after.located
    }
    lost = {one.project for one in after.located if one.interface.unreadable}
    sides = []
    for graph in (before, after):
        found: dict[tuple[str, str], LocatedAsset] = {}
        for where in graph.located:
            if id(where.interface) in same or where.project in lost:
                continue
            for asset in where.interface.assets:
                if asset.kind != "stub":
                    found.setdefault((where.project, asset.key), LocatedAsset(where, asset))
        sides.append(found)
    return sides[0], sides[1]


def _renamed(
    gone: list[LocatedAsset], new: dict[tuple[str, str], LocatedAsset]
) -> Iterator[AssetPair]:
    """Pairs of what is gone with what is new and the same; takes them out of `new`."""
    for same in (_node, _relation, _shape):
        index: dict[object, list[LocatedAsset]] = defaultdict(list)
        for producer in new.values():
            sign = same(producer.asset)
            if sign:
                index[sign].append(producer)
        left = []
        for producer in gone:
            sign = same(producer.asset)
            found = _nearest(producer, index[sign], by_name=same is _shape) if sign else None
            if found is None:
                left.append(producer)
            else:
                index[sign].remove(found)
                del new[found.where.project, found.asset.key]
                yield AssetPair(producer, found)
        gone = left
    yield from (AssetPair(producer, None) for producer in gone)


def _nearest(
    producer: LocatedAsset, candidates: list[LocatedAsset], *, by_name: bool
) -> LocatedAsset | None:
    """The candidate with the most similar key, of the same project if there is one."""

    def likeness(other: LocatedAsset) -> tuple[bool, float]:
        name = similar(key_path(producer.asset.key)[-1], key_path(other.asset.key)[-1])
        return other.where.project == producer.where.project, name

    ranked = sorted(candidates, key=likeness, reverse=True)
    if not ranked or (by_name and likeness(ranked[0])[1] < SIMILAR_NAME):
        return None
    return ranked[0]


def _node(asset: Asset) -> object:
    return asset.unique_id


def _relation(asset: Asset) -> object:
    return asset.relation.casefold()


def _shape(asset: Asset) -> object:
    """Names and types of all columns; nothing for an asset with too few to tell it by."""
    if len(asset.columns) < _FEWEST_COLUMNS:
        return None
    return tuple((name.casefold(), column.type) for name, column in asset.columns.items())
