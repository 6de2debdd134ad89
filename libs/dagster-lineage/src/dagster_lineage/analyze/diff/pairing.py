"""Pairs of an asset at base and at head, also if its key changed or it moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, key_path

SIMILAR_NAME = 0.6
"""Least similarity (0 to 1, `difflib`) of an old and a new name, such as `amount` and `amount_eur`.
Similarity alone never makes a pair."""
_FEWEST_COLUMNS = 2
_SHORTEST_PART = 3


class AssetPair(Struct, frozen=True, gc=False):
    """An asset at base and at head; one of them is None if it was added or removed."""

    before: LocatedAsset | None
    after: LocatedAsset | None


def paired(before: LineageGraph, after: LineageGraph) -> Iterator[AssetPair]:
    """Yield every asset of an interface that is not the same object in both graphs.

    Assets of one key and project are a pair, then assets of one key (the asset moved to another
    project), then assets with another key, but the same dbt node, the same relation, or the same
    columns under a similar name. Stubs are left out, and so are the assets of a location that did
    not load at head.
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
    """Return the similarity of two names, 0 to 1; `total` is similar to `total_amount`."""
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
    """Yield removed assets, each with the new one that it became, which is removed from `new`."""
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
    """Return the candidate with the most similar key, of the same project if there is one."""

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
    """Return names and types of all columns; None if they are too few to identify an asset."""
    if len(asset.columns) < _FEWEST_COLUMNS:
        return None
    return tuple((name.casefold(), column.type) for name, column in asset.columns.items())
