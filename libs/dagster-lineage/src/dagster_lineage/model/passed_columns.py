"""Columns that a project passes on unchanged from another one, under a contract of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagster_lineage.model.graph import LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.interface import Column
from dagster_lineage.model.places import split_column


class CopiedColumn(NamedTuple):
    """A column under a contract, and the foreign one that it is a copy of.

    Attributes:
        reader: The asset under contract.
        name: Its column.
        producer: The asset of another location that the column comes from.
        column: Its column there, as the reader's lineage spells it.
    """

    reader: LocatedAsset
    name: str
    producer: LocatedAsset
    column: str


def copied_contract_columns(graph: LineageGraph) -> Iterator[CopiedColumn]:
    """Columns of contracted assets that copy a column of another location with another type.

    They are followed through the location's own assets as long as these have no contract
    themselves: such a one would answer for its type. A type that is spelled as the contract has it,
    in the same dialect, is left out here: with thousands of columns that is nearly every one.
    """
    reading = {reference.where.file for reference in graph.references if reference.edges}
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
                    yield CopiedColumn(LocatedAsset(where, asset), name, *origin)


def _same_type(where: LocatedInterface, column: Column, producer: LocatedAsset, name: str) -> bool:
    there = producer.asset.columns.get(name)
    same_dialect = where.interface.dialect == producer.where.interface.dialect
    return there is not None and there.type == column.type and same_dialect


class _Ends:
    """Where the copied columns of one location begin; each of them is followed once."""

    def __init__(self, graph: LineageGraph, where: LocatedInterface) -> None:
        self._graph = graph
        self._where = where
        self._origins: dict[str, tuple[LocatedAsset, str] | None] = {}
        self._made: dict[str, LocatedAsset | None] = {}

    def origin(self, column: Column) -> tuple[LocatedAsset, str] | None:
        """The foreign asset and its column, or nothing where the copying ends before it."""
        if len(column.derived_from) != 1:
            return None
        text = column.derived_from[0]
        if text not in self._origins:
            self._origins[text] = None  # a cycle ends here
            self._origins[text] = self._find(text)
        return self._origins[text]

    def _find(self, text: str) -> tuple[LocatedAsset, str] | None:
        key, name = split_column(text)
        producer = self._made[key] if key in self._made else self._producer(key)
        if producer is None or producer.where is not self._where:
            return (producer, name) if producer else None
        column = producer.asset.columns.get(name)
        return self.origin(column) if column and column.copy else None

    def _producer(self, key: str) -> LocatedAsset | None:
        """The only asset of a key, unless it is an own one under contract."""
        producer = self._graph.producers.get(key) or self._graph.declared.get(key) or []
        found = producer[0] if len(producer) == 1 else None
        if found and found.where is self._where and found.asset.contract:
            found = None
        self._made[key] = found
        return found
