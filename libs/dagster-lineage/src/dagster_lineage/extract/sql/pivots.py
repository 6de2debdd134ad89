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
    created = _created(pivot) if pivot.args.get("unpivot") else []
    columns += [(one, value) for one in created]
    source.record_unknown_use()
    complete = bool(created) and not source.open
    return OpaqueSource(value.sources, columns, complete=complete)


def _used(pivot: exp.Pivot) -> list[exp.Expr]:
    """Return the expressions over columns that the operator replaces."""
    used: list[exp.Expr] = []
    if not pivot.args.get("unpivot"):
        used += pivot.expressions
        used += pivot.args.get("using") or []
    for field in pivot.args.get("fields") or []:
        used += field.find_all(exp.Column)
    group = pivot.args.get("group")
    if group is not None:
        used += group.expressions
    return used


def _created(pivot: exp.Pivot) -> list[str]:
    """Return the names of the columns that UNPIVOT creates, for names and for values."""
    names = [
        field.this.name
        for field in pivot.args.get("fields") or []
        if isinstance(field, exp.In) and isinstance(field.this, exp.Identifier)
    ]
    for part in pivot.expressions:
        names += [one.name for one in (part.expressions if isinstance(part, exp.Tuple) else [part])]
    return names
