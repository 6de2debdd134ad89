"""Where an asset or a column comes from, over projects, up to the columns of the sources.

Values are followed up column by column. At each asset on the way the columns that decide which rows
there are (filters, joins, groupings) are named, too, but not followed: they would lead to nearly
everything.
"""

from __future__ import annotations

from collections import deque

from msgspec import Struct, field

from dagster_lineage.analyze.impact.downstream import Starts
from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, Read, split_column


class Origin(Struct):
    """An asset that something comes from.

    Attributes:
        key: Its key.
        producer: The asset and whose it is; None where nobody of the repository makes it.
        columns: Whose values are used, in folded letters.
        whole: All of it may be used: which columns are is not known.
        row_columns: Columns that only decide which rows there are, one step down.
        via: The key that reads it, on a shortest way.
        distance: Edges from where the question began.
    """

    key: str
    producer: LocatedAsset | None
    via: str
    distance: int
    columns: set[str] = field(default_factory=set)
    whole: bool = False
    row_columns: set[str] = field(default_factory=set)

    @property
    def last(self) -> bool:
        """Nothing of the repository is above it."""
        return self.producer is None or not self.producer.asset.reads


def upstream(graph: LineageGraph, starts: Starts) -> dict[str, Origin]:
    """Everything that something comes from, by key, the nearest first.

    Args:
        graph: All interfaces.
        starts: Where to begin: columns by key, or None for the asset as a whole.
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
    """What a read brings to some columns of its reader (None: to all of it).

    Returns:
        Columns whose values are used, columns that decide rows, and whether it may be any.
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
        # How the reader computes its columns is not known: from anything that it uses.
        return (used or set()), set(), used is None
    values = set().union(*(from_key.get(column, set()) for column in columns))
    rows = (used or set()) - set().union(*from_key.values())
    return values, rows, False
