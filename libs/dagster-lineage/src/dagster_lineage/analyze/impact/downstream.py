"""Everything that follows from an asset or a column, over projects, by column where it is known.

A column hits the columns that are computed from it, *by value*. A reader that uses it otherwise, in
a filter, a join or a grouping, is hit as a whole, *by rows*: which rows it has may change. So is
one whose columns are not known, which is said. What is hit as a whole hits all its readers as a
whole. A column that a reader both selects and filters by is told by value only: an interface does
not say what else a column is used for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from dagster_lineage.analyze.reliance.columns import computed_from, used_columns
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset

How = Literal["value", "rows", "unknown"]
"""`value`: columns computed from what changes; `rows`: its rows depend on it; `unknown`: which
columns the reader uses is not known, so it counts as a whole."""

Starts = Mapping[str, "frozenset[str] | None"]
"""Columns by key; None: the asset as a whole."""


class Hit(Struct):
    """An asset that follows.

    Attributes:
        producer: The asset, and whose it is.
        columns: Its columns that are hit by value, in its spelling; none where all of it is hit.
        how: By what: columns only (`value`), or as a whole (`rows`, `unknown`).
        via: The key through which it is hit first, on a shortest way.
        via_column: The column of that key; empty where the key as a whole is it.
        distance: Edges from what changes, 1 for a direct reader.
        sources: dbt sources of its project through which it is hit.
    """

    producer: LocatedAsset
    via: str
    via_column: str
    distance: int
    how: How = "value"
    columns: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Hit as a whole, not only some columns."""
        return self.how != "value"

    @property
    def key(self) -> str:
        """The asset's key."""
        return self.producer.asset.key


def downstream(graph: LineageGraph, starts: Starts) -> dict[tuple[str, str], Hit]:
    """Every asset that follows, by project and key; what is started from is not among them.

    Unless it follows from itself over others: then there is a cycle, which is no news here.

    Args:
        graph: All interfaces.
        starts: What changes. A key that nobody makes has readers, too.
    """
    hits: dict[tuple[str, str], Hit] = {}
    reached: dict[str, frozenset[str] | None] = {
        key: None if columns is None else frozenset(column.casefold() for column in columns)
        for key, columns in starts.items()
    }
    distances = dict.fromkeys(reached, 0)
    waiting = deque(reached)
    while waiting:
        key = waiting.popleft()
        for edge in graph.readers.get(key, ()):
            effect = _effect(edge, reached[key])
            if effect is None:
                continue
            how, columns, via_column = effect
            place = (edge.where.project, edge.reader.key)
            hit = hits.get(place)
            new = hit is None
            if hit is None:
                producer = LocatedAsset(edge.where, edge.reader)
                hit = hits[place] = Hit(producer, key, via_column, distances[key] + 1)
            if edge.read.source:
                hit.sources.add(edge.read.source)
            if not _grow(hit, how, columns) and not new:
                continue
            now = None if hit.whole else frozenset(one.casefold() for one in hit.columns)
            if _wider(reached, edge.reader.key, now):
                distances.setdefault(edge.reader.key, hit.distance)
                waiting.append(edge.reader.key)
    return hits


def _effect(edge: Edge, columns: frozenset[str] | None) -> tuple[How, set[str], str] | None:
    """How a reader is hit: by what, which of its columns, and through which one; None: it is not.

    Args:
        edge: The read.
        columns: Of the asset that is read, in folded letters; None: all of it.
    """
    if columns is None:
        return "rows", set(), ""
    used = used_columns(edge.read)
    if used is None:
        return "unknown", set(), min(columns, default="")
    found: set[str] = set()
    through = ""
    rows = ""
    for column in sorted(columns):
        computed = computed_from(edge.reader, edge.read.key, column)
        if computed:
            found |= computed
            through = through or column
        elif column in used:
            rows = rows or column
    if rows:
        return "rows", set(), rows
    return ("value", found, through) if found else None


def _grow(hit: Hit, how: How, columns: set[str]) -> bool:
    """Add to what is hit; whether that is more than before."""
    if hit.whole:
        return False
    if how != "value":
        hit.how = how
        hit.columns = set()
        return True
    more = columns - hit.columns
    hit.columns |= more
    return bool(more)


def _wider(
    reached: dict[str, frozenset[str] | None], key: str, columns: frozenset[str] | None
) -> bool:
    """Note that a key is reached by more than before, if it is."""
    if key not in reached:
        reached[key] = columns
        return True
    before = reached[key]
    if before is None:
        return False
    after = None if columns is None else before | columns
    reached[key] = after
    return after != before
