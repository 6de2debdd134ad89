"""What PIVOT and UNPIVOT make of a source."""

from __future__ import annotations

from sqlglot import exp

from dagster_lineage.extract.sql.expressions import Expressions
from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import OpaqueSource, Source
from dagster_lineage.extract.sql.values import NO_COLUMNS, Upstream, computed, use


def pivoted(pivot: exp.Pivot, source: Source, name: str, expressions: Expressions) -> Source:
    """A pivoted source: its untouched columns stay, the new ones are made of those that went in.

    Args:
        pivot: The operator.
        source: What it stands behind.
        name: The source's alias.
        expressions: Reads what is aggregated.
    """
    scope = Scope(sources={name.casefold(): source})
    touched = _touched(pivot)
    made_of: frozenset[Upstream] = expressions.made_of(touched, scope)
    use(computed(made_of))
    gone = {column.name.casefold() for part in touched for column in part.find_all(exp.Column)}
    columns = [
        (spelled, value) for spelled, value in source.columns() if spelled.casefold() not in gone
    ]
    fresh = _fresh(pivot) if pivot.args.get("unpivot") else []
    columns += [(one, computed(made_of)) for one in fresh]
    if source.open:
        source.doubt()
        return OpaqueSource(NO_COLUMNS.union(made_of), columns)
    return OpaqueSource(made_of, columns, complete=bool(fresh))


def _touched(pivot: exp.Pivot) -> list[exp.Expr]:
    """Expressions over columns that the operator uses up."""
    touched: list[exp.Expr] = []
    if not pivot.args.get("unpivot"):
        touched += pivot.expressions
        touched += pivot.args.get("using") or []
    for field in pivot.args.get("fields") or []:
        touched += field.find_all(exp.Column)
    group = pivot.args.get("group")
    if group is not None:
        touched += group.expressions
    return touched


def _fresh(pivot: exp.Pivot) -> list[str]:
    """Names of the columns that UNPIVOT makes: of the name and of the value."""
    names = [
        field.this.name
        for field in pivot.args.get("fields") or []
        if isinstance(field, exp.In) and isinstance(field.this, exp.Identifier)
    ]
    for part in pivot.expressions:
        names += [one.name for one in (part.expressions if isinstance(part, exp.Tuple) else [part])]
    return names
