"""Everything downstream of assets and columns, over all projects and by column where it is known.

A column affects the columns that are computed from it *by value*. A reader that only uses it in a
filter, a join or a grouping is affected as a whole, *by rows*: it may have other rows. So is a
reader whose columns are not known. An asset that is affected as a whole affects all its readers as
a whole. A reader that selects a column and also filters by it is listed by value only, because an
interface does not contain what else a selected column is used for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from dagster_lineage.analyze.reliance.columns import computed_from, used_columns
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset

How = Literal["value", "rows", "unknown"]
"""`value`: some columns are computed from the targets; `rows`: the targets decide which rows it
has; `unknown`: its columns are not known, so it is affected as a whole."""

Starts = Mapping[str, "frozenset[str] | None"]
"""The targets: columns by key; None for the asset as a whole."""


class Hit(Struct):
    """An affected asset."""

    producer: LocatedAsset
    via: str
    """Key through which it is affected, on a shortest path."""
    via_column: str
    """Column of that key; empty for the key as a whole."""
    distance: int
    """Number of edges to the nearest target."""
    how: How = "value"
    columns: set[str] = field(default_factory=set)
    """Its columns that are affected by value; empty if it is affected as a whole."""
    sources: set[str] = field(default_factory=set)
    """dbt sources of its project through which it is affected."""

    @property
    def whole(self) -> bool:
        """Whether it is affected as a whole."""
        return self.how != "value"

    @property
    def key(self) -> str:
        """Key of the asset."""
        return self.producer.asset.key


def downstream(graph: LineageGraph, starts: Starts) -> dict[tuple[str, str], Hit]:
    """Return every affected asset by project and key, without the targets.

    A target that is downstream of itself is in a cycle, and is returned.

    Args:
        graph: The interface graph.
        starts: The targets; also keys without a producer, which can have readers.
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
            if not _add(hit, how, columns) and not new:
                continue
            now = None if hit.whole else frozenset(one.casefold() for one in hit.columns)
            if _reach(reached, edge.reader.key, now):
                distances.setdefault(edge.reader.key, hit.distance)
                waiting.append(edge.reader.key)
    return hits


def _effect(edge: Edge, columns: frozenset[str] | None) -> tuple[How, set[str], str] | None:
    """Return how a read affects its reader, which of its columns, and through which column.

    Args:
        edge: The read.
        columns: Affected columns of the asset that is read, folded; None for all of it.

    Returns:
        None if the reader does not use the columns.
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


def _add(hit: Hit, how: How, columns: set[str]) -> bool:
    """Add an effect to an affected asset; return whether more of it is affected than before."""
    if hit.whole:
        return False
    if how != "value":
        hit.how = how
        hit.columns = set()
        return True
    more = columns - hit.columns
    hit.columns |= more
    return bool(more)


def _reach(
    reached: dict[str, frozenset[str] | None], key: str, columns: frozenset[str] | None
) -> bool:
    """Add columns (None: all) to those reached of a key; return whether there are more now."""
    before = reached.get(key, frozenset())
    new = key not in reached
    reached[key] = None if before is None or columns is None else before | columns
    return new or reached[key] != before
