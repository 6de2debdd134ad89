"""Columns of dbt's assets: their types, where they come from, and which columns each read uses."""

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
        drafts: Of the locations that are locked; their assets are replaced.
        elsewhere: Assets of other locations, by key, from their committed interfaces.
        cache: Of what was traced before.
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
    # What there is by now stays: the collector would look at all of it again and again.
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
    """Keys in an order in which what is read comes before its reader; cycles in any order."""
    edges = {
        key: [read.key for read in asset.reads if read.key in assets and read.key != key]
        for key, asset in assets.items()
    }
    while True:
        try:
            return list(TopologicalSorter(edges).static_order())
        except CycleError as error:
            cycle: list[str] = error.args[1]
            # Each entry is read by the next: one edge less, and the rest has an order.
            edges[cycle[1]] = [key for key in edges[cycle[1]] if key != cycle[0]]
