"""Columns that a project passes on unchanged from another one, under a contract of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagster_lineage.graph.assets import Column
from dagster_lineage.graph.lineage_graph import LineageGraph, Located, Made
from dagster_lineage.graph.places import split_column


class Copied(NamedTuple):
    """A column under a contract, and the foreign one that it is a copy of.

    Attributes:
        reader: The asset under contract.
        name: Its column.
        producer: The asset of another location that the column comes from.
        column: Its column there, as the reader's lineage spells it.
    """

    reader: Made
    name: str
    producer: Made
    column: str


def contracted_copies(graph: LineageGraph) -> Iterator[Copied]:
    """Columns of contracted assets that are, unchanged, a column of another code location.

    They are followed through the location's own assets as long as these have no contract
    themselves: such a one would answer for its type.
    """
    reading = {crossing.where.file for crossing in graph.crossings if crossing.edges}
    for where in graph.located:
        if where.file not in reading:
            continue
        traced = _Traced(graph, where)
        for asset in where.interface.assets:
            if not asset.contract:
                continue
            for name, column in asset.columns.items():
                if column.copy and column.type:
                    origin = traced.origin(column)
                    if origin:
                        yield Copied(Made(where, asset), name, *origin)


class _Traced:
    """Origins of the copied columns of one location; each column is followed once."""

    def __init__(self, graph: LineageGraph, where: Located) -> None:
        self._graph = graph
        self._where = where
        self._origins: dict[str, tuple[Made, str] | None] = {}

    def origin(self, column: Column) -> tuple[Made, str] | None:
        """The foreign asset and its column, or nothing where the copying ends before it."""
        if len(column.comes_from) != 1:
            return None
        text = column.comes_from[0]
        if text not in self._origins:
            self._origins[text] = None  # a circle ends here
            self._origins[text] = self._origin_of(text)
        return self._origins[text]

    def _origin_of(self, text: str) -> tuple[Made, str] | None:
        key, name = split_column(text)
        made = self._graph.producers.get(key) or self._graph.declared.get(key)
        if not made or len(made) > 1:
            return None
        if made[0].where is not self._where:
            return made[0], name
        column = made[0].asset.columns.get(name)
        if column is None or not column.copy or made[0].asset.contract:
            return None
        return self.origin(column)
