"""Columns that a project passes on unchanged from another one, under a contract of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagster_lineage.model.graph import LineageGraph, Located, Made
from dagster_lineage.model.interface import Column
from dagster_lineage.model.places import split_column


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
    """Columns of contracted assets that copy a column of another location with another type.

    They are followed through the location's own assets as long as these have no contract
    themselves: such a one would answer for its type. A type that is spelled as the contract has it,
    in the same dialect, is left out here: with thousands of columns that is nearly every one.
    """
    reading = {crossing.where.file for crossing in graph.crossings if crossing.edges}
    for where in graph.located:
        if where.file not in reading:
            continue
        ends = _Ends(graph, where)
        for asset in where.interface.assets:
            if not asset.contract:
                continue
            for name, column in asset.columns.items():
                if not (column.copy and column.type):
                    continue
                origin = ends.origin(column)
                if origin and not _same_type(where, column, *origin):
                    yield Copied(Made(where, asset), name, *origin)


def _same_type(where: Located, column: Column, producer: Made, name: str) -> bool:
    there = producer.asset.columns.get(name)
    same_dialect = where.interface.dialect == producer.where.interface.dialect
    return there is not None and there.type == column.type and same_dialect


class _Ends:
    """Where the copied columns of one location begin; each of them is followed once."""

    def __init__(self, graph: LineageGraph, where: Located) -> None:
        self._graph = graph
        self._where = where
        self._origins: dict[str, tuple[Made, str] | None] = {}
        self._made: dict[str, Made | None] = {}

    def origin(self, column: Column) -> tuple[Made, str] | None:
        """The foreign asset and its column, or nothing where the copying ends before it."""
        if len(column.comes_from) != 1:
            return None
        text = column.comes_from[0]
        if text not in self._origins:
            self._origins[text] = None  # a circle ends here
            self._origins[text] = self._find(text)
        return self._origins[text]

    def _find(self, text: str) -> tuple[Made, str] | None:
        key, name = split_column(text)
        made = self._made[key] if key in self._made else self._maker(key)
        if made is None or made.where is not self._where:
            return (made, name) if made else None
        column = made.asset.columns.get(name)
        return self.origin(column) if column and column.copy else None

    def _maker(self, key: str) -> Made | None:
        """The only asset of a key, unless it is an own one under contract."""
        made = self._graph.producers.get(key) or self._graph.declared.get(key) or []
        found = made[0] if len(made) == 1 else None
        if found and found.where is self._where and found.asset.contract:
            found = None
        self._made[key] = found
        return found
