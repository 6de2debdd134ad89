"""Everything upstream of assets and columns, over all projects, up to the columns of the sources.

Values are followed column by column. At each asset, the columns that decide which rows there are
(in filters, joins, groupings) are listed too, but not followed: they would lead to nearly
everything.
"""

from __future__ import annotations

from collections import deque

from msgspec import Struct, field

from dagster_lineage.analyze.impact.downstream import Starts
from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, Read, split_column
from dagster_lineage.model.column_names import folded_names


class Origin(Struct):
    """An asset upstream of the targets."""

    key: str
    producer: LocatedAsset | None
    """The asset; None if no project of the repository produces it."""
    via: str
    """Key that reads it, on a shortest path."""
    distance: int
    """Number of edges to the nearest target."""
    columns: set[str] = field(default_factory=set)
    """Columns whose values are used, folded."""
    whole: bool = False
    """Whether all of it may be used, because the columns that are used are not known."""
    row_columns: set[str] = field(default_factory=set)
    """Columns that only decide which rows its reader has, folded."""

    @property
    def last(self) -> bool:
        """Whether it reads nothing of the repository."""
        return self.producer is None or not self.producer.asset.reads


def upstream(graph: LineageGraph, starts: Starts) -> dict[str, Origin]:
    """Return every asset upstream of the targets by key, the nearest first.

    Args:
        graph: The interface graph.
        starts: The targets.
    """
    origins: dict[str, Origin] = {}
    waiting = deque(
        (key, None if columns is None else {one.casefold() for one in columns}, 0)
        for key, columns in starts.items()
    )
    while waiting:
        key, columns, distance = waiting.popleft()
        producer = graph.producer(key)
        if producer is None:
            continue
        for read in producer.asset.reads:
            values, rows, whole = _used(producer.asset, read, columns)
            if not values and not rows and not whole:
                continue
            origin = origins.get(read.key)
            if origin is None:
                origin = Origin(read.key, graph.producer(read.key), key, distance + 1)
                origins[read.key] = origin
            origin.row_columns |= rows
            if (whole and not origin.whole) or values - origin.columns:
                origin.columns |= values
                origin.whole = origin.whole or whole
                waiting.append((read.key, None if whole else set(values), distance + 1))
    for origin in origins.values():
        origin.row_columns -= origin.columns
    return origins


def _used(asset: Asset, read: Read, columns: set[str] | None) -> tuple[set[str], set[str], bool]:
    """Return what a read contributes to columns of its reader (None: to all of it).

    Returns:
        Columns whose values are used, columns that decide rows, and whether it may be any column.
    """
    used = used_columns(read)
    if columns is None:
        return (used or set()), set(), used is None
    from_key = {
        name.casefold(): {
            column.casefold()
            for source, column in map(split_column, one.derived_from)
            if source == read.key
        }
        for name, one in asset.columns.items()
    }
    if not any(one.derived_from for one in asset.columns.values()):
        # How the reader computes its columns is not known: from any column that it uses.
        return (used or set()), set(), used is None
    values = set().union(*(from_key.get(column, set()) for column in columns))
    rows = (used or set()) - folded_names(set().union(*from_key.values()))
    return values, rows, False
