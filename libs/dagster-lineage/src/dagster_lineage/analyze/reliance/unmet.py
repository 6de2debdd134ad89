"""Expectations of readers that their producers do not meet: the answer of check and diff alike.

An expectation is a column that a reader uses, a type, a guarantee (unique, not null) that it
declares, access to a model, or partitions. Rules CO01 to CO03, AC01 and PA01 report each unmet one.
`lineage diff` reports those that a branch introduces.

What is not known meets every expectation: a table of which not all columns are known, an unknown
type, a key with several producers, the guarantees of a producer that states none at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from dagster_lineage.analyze.reliance.access import hidden_reads
from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.analyze.reliance.compatibility import (
    dialect_of,
    lacking_guarantees,
    states_guarantees,
    type_fits,
)
from dagster_lineage.analyze.reliance.copied_columns import CopiedColumn, copied_contract_columns
from dagster_lineage.analyze.reliance.partitions import partition_misfit
from dagster_lineage.model import (
    Asset,
    Column,
    Edge,
    Expected,
    LineageGraph,
    LocatedAsset,
    LocatedInterface,
    Reference,
)
from dagster_lineage.model.column_names import column_named, missing_names

Aspect = Literal["column", "type", "guarantee", "access", "partitions"]


class Unmet(Struct, frozen=True, gc=False):
    """An expectation that is not met."""

    aspect: Aspect
    where: LocatedInterface
    """Code location of the reader."""
    key: str
    """Key of the asset that is read."""
    producer: LocatedAsset | None
    """That asset; None if an own asset of the reader no longer exists."""
    place: tuple[str, int]
    """File, relative to the root, and line of the expectation."""
    edges: tuple[Edge, ...] = ()
    """The reads that rely on it; none if only a dbt source or a contract does."""
    column: str = ""
    """The column, as the producer spells it, or the reader if the producer does not have it."""
    expected: str = ""
    """What the reader relies on: a type, or guarantees in words."""
    found: str = ""
    """What the producer has instead: a type, or partitions in words."""
    reference: Reference | None = None
    """The place that names the key; None inside one code location and for contracts."""
    contract: LocatedAsset | None = None
    """The reader under contract whose column copies the producer's, or is not selected."""
    contract_column: str = ""
    """That column of the reader."""


def all_unmet(graph: LineageGraph, today: dt.date) -> Iterator[Unmet]:
    """Yield every expectation in a graph that is not met."""
    yield from missing_columns(graph)
    yield from incompatible_types(graph)
    yield from missing_guarantees(graph)
    yield from non_public_reads(graph)
    yield from incompatible_partitions(graph, today)


def missing_columns(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield columns that are used or declared, but that the producer does not have.

    Inside a code location these are the columns that a model no longer has behind `select *`, and
    the columns of a contract that the query does not select.
    """
    for reference in graph.column_references:
        asset = reference.producer.asset
        if asset.columns_known and asset.columns and not _has_all(asset, reference):
            yield from _missing_of(reference)
    for where in graph.located:
        for asset in where.interface.assets:
            for read in asset.reads:
                for name in read.missing_columns:
                    edge, producer = Edge(where, asset, read), graph.producer(read.key)
                    yield Unmet("column", where, read.key, producer, edge.place, (edge,), name)
            for name in asset.missing_contract_columns:
                own = LocatedAsset(where, asset)
                yield Unmet("column", where, asset.key, own, own.place, column=name, contract=own)


def incompatible_types(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield declared types, of readers and of contracts, that the producer's type does not fit."""
    declared: set[tuple[str, str, str]] = set()
    for reference in graph.unmet_references:
        for unmet in _types_of(reference):
            declared.add((unmet.where.project, unmet.key, unmet.column))
            yield unmet
    for copied in copied_contract_columns(graph):
        yield from (
            unmet
            for unmet in _contract_type(copied)
            if (unmet.where.project, unmet.key, unmet.column) not in declared
        )


def missing_guarantees(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield declared guarantees that a producer, which states some, does not state."""
    for reference in graph.unmet_references:
        if states_guarantees(reference.producer.asset):
            yield from _guarantees_of(reference)


def non_public_reads(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield reads of models that their project, which has public ones, keeps to itself."""
    for hidden in hidden_reads(graph):
        for read in hidden.reads if hidden.public else ():
            for reference in read.references:
                yield _unmet("access", reference, reference.place, reference.edges)


def incompatible_partitions(graph: LineageGraph, today: dt.date) -> Iterator[Unmet]:
    """Yield references whose readers have partitions that Dagster cannot map on the producer's."""
    for reference in graph.references:
        upstream = reference.producer.asset.partitions
        if upstream is not None:
            reasons = [(edge, partition_misfit(edge, upstream, today)) for edge in reference.edges]
            edges = tuple(edge for edge, reason in reasons if reason)
            found = next((reason for _, reason in reasons if reason), "")
            if found:
                yield _unmet("partitions", reference, reference.place, edges, found=found)


def _has_all(asset: Asset, reference: Reference) -> bool:
    """Return whether the producer has every column as it is spelled, which is nearly always so."""
    columns = asset.columns
    if reference.source and not reference.source.columns.keys() <= columns.keys():
        return False
    for edge in reference.edges:
        read = edge.read
        if read.columns and not all(map(columns.__contains__, read.columns)):
            return False
        if read.expects and not read.expects.keys() <= columns.keys():
            return False
    return True


def _missing_of(reference: Reference) -> Iterator[Unmet]:
    names = [*(reference.source.columns if reference.source else ())]
    for edge in reference.edges:
        names += [*(edge.read.columns or ()), *edge.read.expects]
    producer = reference.producer
    dialect = dialect_of(reference.where, producer.where)
    for name in missing_names(producer.asset.columns, names, dialect):
        folded = name.casefold()
        edges = tuple(edge for edge in reference.edges if folded in (used_columns(edge.read) or ()))
        declared = {name.casefold(): place for name, _, place in reference.expectations()}
        place = declared.get(folded) or (edges[0].place if edges else reference.place)
        yield _unmet("column", reference, place, edges, column=name)


def _types_of(reference: Reference) -> Iterator[Unmet]:
    seen: set[str] = set()
    for name, column, expected, place in _declared(reference):
        fits = type_fits(column, reference.producer.where, expected.type, reference.where)
        if not fits and name not in seen:
            seen.add(name)
            yield _unmet(
                "type",
                reference,
                place,
                _may_use(reference, name),
                column=name,
                expected=expected.type,
                found=column.type,
            )


def _guarantees_of(reference: Reference) -> Iterator[Unmet]:
    seen: set[str] = set()
    for name, column, expected, place in _declared(reference):
        lacking = lacking_guarantees(reference.producer.asset, name, column, expected)
        if lacking and name not in seen:
            seen.add(name)
            edges, words = _may_use(reference, name), " and ".join(lacking)
            yield _unmet("guarantee", reference, place, edges, column=name, expected=words)


def _declared(
    reference: Reference,
) -> Iterator[tuple[str, Column, Expected, tuple[str, int]]]:
    """Yield the expectations of a reference for columns that the producer has."""
    for name, expected, place in reference.expectations():
        found = column_named(reference.producer.asset.columns, name)
        if found:
            yield (*found, expected, place)


def _may_use(reference: Reference, column: str) -> tuple[Edge, ...]:
    """Return the edges that use a column, or of which the columns are not known."""
    uses = [(edge, used_columns(edge.read)) for edge in reference.edges]
    return tuple(edge for edge, used in uses if used is None or column.casefold() in used)


def _contract_type(copied: CopiedColumn) -> Iterator[Unmet]:
    """Yield the type of a copied column under contract if the original's does not fit."""
    reader, producer = copied.reader, copied.producer
    found = column_named(producer.asset.columns, copied.column)
    expected = reader.asset.columns[copied.name]
    if found and not type_fits(found[1], producer.where, expected.type, reader.where):
        file, line = reader.where.path(reader.asset.described_at or reader.asset.at)
        yield Unmet(
            "type",
            reader.where,
            producer.asset.key,
            producer,
            (file, expected.line or line),
            column=found[0],
            expected=expected.type,
            found=found[1].type,
            contract=reader,
            contract_column=copied.name,
        )


def _unmet(
    aspect: Aspect,
    reference: Reference,
    place: tuple[str, int],
    edges: tuple[Edge, ...],
    *,
    column: str = "",
    expected: str = "",
    found: str = "",
) -> Unmet:
    producer, where = reference.producer, reference.where
    key = producer.asset.key
    return Unmet(aspect, where, key, producer, place, edges, column, expected, found, reference)
