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
    producer: LocatedAsset | None
    """The asset that is read; None if an own asset of the reader is no longer there."""
    key: str
    """Key of the asset that is read."""
    place: tuple[str, int]
    """File, relative to the root, and line of the expectation."""
    edges: tuple[Edge, ...] = ()
    """The reads that rely on it; none if only a dbt source or a contract does."""
    reference: Reference | None = None
    """The place that names the key; None inside one code location and for contracts."""
    contract: LocatedAsset | None = None
    """The reader under contract whose column copies the producer's, or is not selected."""
    contract_column: str = ""
    """That column of the reader."""
    column: str = ""
    """The column, as the producer spells it, or the reader if the producer does not have it."""
    expected: str = ""
    """What the reader relies on: a type, or guarantees in words."""
    found: str = ""
    """What the producer has instead: a type, or partitions in words."""


def all_unmet(graph: LineageGraph, today: dt.date) -> Iterator[Unmet]:
    """Yield every expectation in a graph that is not met."""
    yield from missing_columns(graph)
    yield from unselected_contract_columns(graph)
    yield from incompatible_types(graph)
    yield from missing_guarantees(graph)
    yield from non_public_reads(graph)
    yield from incompatible_partitions(graph, today)


def missing_columns(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield columns that are used or declared, but that the producer does not have."""
    for reference in graph.column_references:
        asset = reference.producer.asset
        if asset.columns_known and asset.columns and not _has_all(asset, reference):
            yield from _missing_of(reference)
    for where in graph.located:
        for asset in where.interface.assets:
            for read in asset.reads:
                if read.missing_columns:
                    edge = Edge(where, asset, read)
                    producer = graph.producer(read.key)
                    for name in read.missing_columns:
                        yield Unmet(
                            "column", where, producer, read.key, edge.place, (edge,), column=name
                        )


def unselected_contract_columns(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield columns of an asset's own contract that its query does not select."""
    for where in graph.located:
        for asset in where.interface.assets:
            for name in asset.missing_contract_columns:
                located = LocatedAsset(where, asset)
                yield Unmet(
                    "column",
                    where,
                    located,
                    asset.key,
                    located.place,
                    contract=located,
                    column=name,
                )


def incompatible_types(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield declared types, of readers and of contracts, that the producer's type does not fit."""
    declared: set[tuple[str, str, str]] = set()
    for reference in graph.unmet_references:
        for unmet in _types_of(reference):
            declared.add((unmet.where.project, unmet.key, unmet.column))
            yield unmet
    for copied in copied_contract_columns(graph):
        broken = _contract_type(copied)
        if broken and (broken.where.project, broken.key, broken.column) not in declared:
            yield broken


def missing_guarantees(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield declared guarantees that a producer, which states some, does not state."""
    for reference in graph.unmet_references:
        if states_guarantees(reference.producer.asset):
            yield from _guarantees_of(reference)


def non_public_reads(graph: LineageGraph) -> Iterator[Unmet]:
    """Yield reads of models that their project, which has public ones, keeps to itself."""
    for hidden in hidden_reads(graph):
        if hidden.public:
            for reading in hidden.reads:
                for reference in reading.references:
                    yield _of(reference, "access", reference.place)


def incompatible_partitions(graph: LineageGraph, today: dt.date) -> Iterator[Unmet]:
    """Yield references whose readers have partitions that Dagster cannot map on the producer's."""
    for reference in graph.references:
        upstream = reference.producer.asset.partitions
        if upstream is None:
            continue
        reasons = [(edge, partition_misfit(edge, upstream, today)) for edge in reference.edges]
        unfit = [(edge, reason) for edge, reason in reasons if reason]
        if unfit:
            edges = tuple(edge for edge, _ in unfit)
            yield _of(reference, "partitions", reference.place, edges=edges, found=unfit[0][1])


def _has_all(asset: Asset, reference: Reference) -> bool:
    """Whether the producer has every column as it is spelled, which is nearly always true."""
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
    missing = missing_names(producer.asset.columns, names, dialect)
    declared = (
        {name.casefold(): place for name, _, place in reference.expectations()} if missing else {}
    )
    for name in missing:
        folded = name.casefold()
        edges = tuple(edge for edge in reference.edges if folded in (used_columns(edge.read) or ()))
        place = declared.get(folded) or (edges[0].place if edges else reference.place)
        yield _of(reference, "column", place, name, edges=edges)


def _types_of(reference: Reference) -> Iterator[Unmet]:
    seen: set[str] = set()
    for spelled, column, expected, place in _declared(reference):
        if not expected.type or spelled in seen:
            continue
        if not type_fits(column, reference.producer.where, expected.type, reference.where):
            seen.add(spelled)
            yield _of(reference, "type", place, spelled, expected=expected.type, found=column.type)


def _guarantees_of(reference: Reference) -> Iterator[Unmet]:
    seen: set[str] = set()
    for spelled, column, expected, place in _declared(reference):
        lacking = lacking_guarantees(reference.producer.asset, spelled, column, expected)
        if lacking and spelled not in seen:
            seen.add(spelled)
            yield _of(reference, "guarantee", place, spelled, expected=" and ".join(lacking))


def _declared(
    reference: Reference,
) -> Iterator[tuple[str, Column, Expected, tuple[str, int]]]:
    """Yield the expectations of a reference for columns that the producer has."""
    for name, expected, place in reference.expectations():
        found = column_named(reference.producer.asset.columns, name)
        if found:
            yield (*found, expected, place)


def _contract_type(copied: CopiedColumn) -> Unmet | None:
    reader, producer = copied.reader, copied.producer
    found = column_named(producer.asset.columns, copied.column)
    expected = reader.asset.columns[copied.name]
    if found is None or type_fits(found[1], producer.where, expected.type, reader.where):
        return None
    file, line = reader.where.path(reader.asset.described_at or reader.asset.at)
    return Unmet(
        "type",
        reader.where,
        producer,
        producer.asset.key,
        (file, expected.line or line),
        contract=reader,
        contract_column=copied.name,
        column=found[0],
        expected=expected.type,
        found=found[1].type,
    )


def _of(
    reference: Reference,
    aspect: Aspect,
    place: tuple[str, int],
    column: str = "",
    *,
    edges: tuple[Edge, ...] | None = None,
    expected: str = "",
    found: str = "",
) -> Unmet:
    if edges is None:
        edges = tuple(edge for edge in reference.edges if not column or _may_use(edge, column))
    return Unmet(
        aspect,
        reference.where,
        reference.producer,
        reference.producer.asset.key,
        place,
        edges,
        reference,
        column=column,
        expected=expected,
        found=found,
    )


def _may_use(edge: Edge, column: str) -> bool:
    used = used_columns(edge.read)
    return used is None or column.casefold() in used
