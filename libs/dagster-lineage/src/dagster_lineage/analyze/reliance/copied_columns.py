"""Columns under a contract that copy a column of another code location."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dagster_lineage.model import Column, LineageGraph, LocatedAsset, LocatedInterface, split_column
from dagster_lineage.model.column_names import column_named


class CopiedColumn(Struct, frozen=True, gc=False):
    """A column under a contract and the column of another code location that it copies."""

    reader: LocatedAsset
    """The asset under contract."""
    name: str
    """Its column."""
    producer: LocatedAsset
    """The asset of the other code location."""
    column: str
    """Its column, as the reader's lineage spells it."""


def copied_contract_columns(graph: LineageGraph) -> Iterator[CopiedColumn]:
    """Yield copied columns under a contract whose type is not spelled like the original's.

    Copies are followed through the location's own assets, up to the next asset under contract,
    which guarantees its types itself. Equal spellings in one dialect are left out, because nearly
    all of thousands of columns have them.
    """
    reading = {reference.where.file for reference in graph.references if reference.edges}
    for where in graph.located:
        if where.file not in reading:
            continue
        origins = _Origins(graph, where)
        for asset in where.interface.assets:
            if not asset.contract:
                continue
            for name, column in asset.columns.items():
                if not (column.copy and column.type):
                    continue
                origin = origins.of(column)
                if origin and not _same_type(where, column, *origin):
                    yield CopiedColumn(LocatedAsset(where, asset), name, *origin)


def _same_type(where: LocatedInterface, column: Column, producer: LocatedAsset, name: str) -> bool:
    original = producer.asset.columns.get(name)
    same_dialect = where.interface.dialect == producer.where.interface.dialect
    return original is not None and original.type == column.type and same_dialect


class _Origins:
    """The columns of other code locations that the columns of one location copy."""

    def __init__(self, graph: LineageGraph, where: LocatedInterface) -> None:
        self._graph = graph
        self._where = where
        self._found: dict[str, tuple[LocatedAsset, str] | None] = {}
        self._producers: dict[str, LocatedAsset | None] = {}

    def of(self, column: Column) -> tuple[LocatedAsset, str] | None:
        """Return the asset and column that a column copies; None if an own asset computes it."""
        if len(column.derived_from) != 1:
            return None
        text = column.derived_from[0]
        if text not in self._found:
            self._found[text] = None  # ends a cycle
            self._found[text] = self._find(text)
        return self._found[text]

    def _find(self, text: str) -> tuple[LocatedAsset, str] | None:
        key, name = split_column(text)
        if key not in self._producers:
            self._producers[key] = self._producer(key)
        producer = self._producers[key]
        if producer is None or producer.where is not self._where:
            return (producer, name) if producer else None
        found = column_named(producer.asset.columns, name)
        return self.of(found[1]) if found and found[1].copy else None

    def _producer(self, key: str) -> LocatedAsset | None:
        """Return the only asset with a key, unless it is an own one under contract."""
        found = self._graph.only_producer(key)
        own_contract = found and found.where is self._where and found.asset.contract
        return None if own_contract else found
