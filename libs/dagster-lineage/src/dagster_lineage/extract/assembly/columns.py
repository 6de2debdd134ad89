"""Columns of dbt's assets: types, origins, and the columns that each read uses."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from dagster_lineage.extract.assembly.drafts import Draft
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.assembly.traced_assets import Tracer
from dagster_lineage.model import Asset


def add_columns(drafts: Sequence[Draft], elsewhere: Mapping[str, Asset], cache: TraceCache) -> None:
    """Trace the columns of every dbt node through its SQL, from upstream to downstream.

    Args:
        drafts: Drafts of the locked locations, whose assets are replaced.
        elsewhere: Assets of other locations by key, from their committed interfaces.
        cache: Cache of traced SQL.
    """
    known: dict[str, Asset] = {}
    for draft in drafts:
        for key, asset in draft.assets.items():
            if key not in known or (asset.executable and not known[key].executable):
                known[key] = asset
    known = {**elsewhere, **known}
    keys = _keys_by_relation(known)
    # Two locations can produce one key, which a rule reports: each is traced in its own location.
    producers: dict[str, list[Tracer]] = {}
    for draft in drafts:
        tracer = Tracer(draft, known, keys, cache)
        for key in draft.code:
            producers.setdefault(key, []).append(tracer)
    # All objects stay alive, so garbage collection would find nothing.
    gc.freeze()
    try:
        for key in _upstream_first(known):
            for tracer in producers.get(key, ()):
                tracer.trace(key)
    finally:
        gc.unfreeze()


def _keys_by_relation(assets: Mapping[str, Asset]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for asset in assets.values():
        if asset.relation:
            keys.setdefault(asset.relation.casefold(), []).append(asset.key)
    return keys


def _upstream_first(assets: Mapping[str, Asset]) -> Iterable[str]:
    """Return keys with upstream keys first; cycles in any order."""
    edges = {
        key: [read.key for read in asset.reads if read.key in assets and read.key != key]
        for key, asset in assets.items()
    }
    while True:
        try:
            return list(TopologicalSorter(edges).static_order())
        except CycleError as error:
            cycle: list[str] = error.args[1]
            # Break a cycle: without one edge the other keys have an order.
            edges[cycle[1]] = [key for key in edges[cycle[1]] if key != cycle[0]]
