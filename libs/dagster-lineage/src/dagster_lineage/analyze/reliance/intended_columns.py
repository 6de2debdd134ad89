"""The existing column that was probably meant by one that the producer does not have."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.analyze.reliance.compatibility import type_fits
from dagster_lineage.analyze.reliance.unmet import Unmet
from dagster_lineage.model import Column, LineageGraph, LocatedAsset, split_column
from dagster_lineage.model.column_names import column_named, folded_names
from dagster_lineage.model.nearest_names import KnownNames


def intended_column(graph: LineageGraph, missing: Unmet) -> str:
    """Return the column that was probably meant by a missing one; empty if there is no evidence.

    It is one that differs in few letters, or that was renamed: a copy of an upstream column that
    still has the missing name. A column that the reader also reads is another one. A similar
    name alone is not evidence: `amount_incl` may have taxes that `amount` did not have.
    """
    producer = missing.producer
    if producer is None:
        return ""
    read = _columns_of_reader(missing)
    columns = {
        name: column
        for name, column in producer.asset.columns.items()
        if name.casefold() not in read
    }
    typos = KnownNames(columns).typos(missing.column)
    if typos:
        return typos[0]
    renamed = [
        name
        for name, column in columns.items()
        if missing.column.casefold() in _former_names(graph, column)
        and _may_be(missing, producer, column)
    ]
    return renamed[0] if len(renamed) == 1 else ""


def _columns_of_reader(missing: Unmet) -> set[str]:
    """Return the columns that the reader uses or declares, in one letter case."""
    used = [used_columns(edge.read) or set() for edge in missing.edges]
    source = missing.reference.source if missing.reference else None
    return set().union(*used, folded_names(source.columns if source else ()))


def _former_names(graph: LineageGraph, column: Column) -> Iterator[str]:
    """Yield the names of the upstream columns that a column copies, the nearest first."""
    seen: set[str] = set()
    found: Column | None = column
    while found and found.copy and len(found.derived_from) == 1:
        origin = found.derived_from[0]
        if origin in seen:
            return
        seen.add(origin)
        key, name = split_column(origin)
        yield name.casefold()
        upstream = graph.only_producer(key)
        named = column_named(upstream.asset.columns, name) if upstream else None
        found = named[1] if named else None


def _may_be(missing: Unmet, producer: LocatedAsset, column: Column) -> bool:
    """Return whether a column has a type that fits the one that the reader expects."""
    if missing.reference is None:
        return True
    expected = (
        one.type for name, one, _ in missing.reference.expectations() if name == missing.column
    )
    type_ = next(expected, "")
    return not type_ or type_fits(column, producer.where, type_, missing.reference.where)
