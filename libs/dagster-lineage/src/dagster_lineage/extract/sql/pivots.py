"""Columns of a source after PIVOT or UNPIVOT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import ColumnSource, OpaqueSource
from dagster_lineage.extract.sql.values import computed, record_use

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.expressions import Expressions


def pivoted(
    pivot: exp.Pivot, source: ColumnSource, name: str, expressions: Expressions
) -> ColumnSource:
    """Return a source after PIVOT or UNPIVOT.

    Columns that the operator does not use stay. The new ones are computed from those it uses.

    Args:
        pivot: The operator.
        source: The source before it.
        name: Alias of the source.
        expressions: Reads the aggregated expressions.
    """
    used = _used(pivot)
    value = computed(expressions.columns_in(used, Scope(sources={name.casefold(): source})))
    record_use((value,))
    replaced = {column.name.casefold() for part in used for column in part.find_all(exp.Column)}
    columns = [one for one in source.columns() if one[0].casefold() not in replaced]
    group = pivot.args.get("group")
    if group is not None:
        grouped = {column.name.casefold() for column in group.find_all(exp.Column)}
        columns = [one for one in columns if one[0].casefold() in grouped]
    created = _created(pivot)
    source.record_unknown_use()
    complete = bool(created) and not source.open
    columns += [(one, value) for one in created]
    return OpaqueSource(value.sources, columns, complete=complete)


def _used(pivot: exp.Pivot) -> list[exp.Expr]:
    """Return the expressions over columns that the operator replaces."""
    used: list[exp.Expr] = []
    if not pivot.args.get("unpivot"):
        used += pivot.expressions
    for field in pivot.args.get("fields") or []:
        used += field.find_all(exp.Column)
    return used


def _created(pivot: exp.Pivot) -> list[str]:
    """Return the names of the columns that the operator creates.

    PIVOT creates one for each value and aggregate. UNPIVOT creates one for the names of the old
    columns and one for their values.
    """
    if not pivot.args.get("unpivot"):
        return [one.name for one in pivot.args.get("columns") or ()]
    names = [
        field.this.name
        for field in pivot.args.get("fields") or []
        if isinstance(field, exp.In) and isinstance(field.this, exp.Identifier)
    ]
    for part in pivot.expressions:
        names += [one.name for one in (part.expressions if isinstance(part, exp.Tuple) else [part])]
    return names
