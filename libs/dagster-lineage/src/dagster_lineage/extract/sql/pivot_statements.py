"""Columns of DuckDB's statements `pivot t on …` and `unpivot t on …`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import OpaqueSource, Output, Star
from dagster_lineage.extract.sql.values import computed, record_use, sources_of

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.queries import Queries


def pivot_statement(node: exp.Pivot, scope: Scope, queries: Queries) -> Output:
    """Return the columns of a statement whose table is in the scope.

    Columns that the statement does not use stay. The new ones are computed from those it uses.
    """
    unpivot = bool(node.args.get("unpivot"))
    used = _unpivoted(node, scope, queries) if unpivot else _pivoted(node, scope, queries)
    value = computed(sources_of(value for _, value in used.columns()))
    record_use((value,))
    created = _columns_of_unpivot(node) if unpivot else _columns_of_pivot(node)
    if created is None:
        queries.report("a pivot has one column for each value in the data: list them with `in (…)`")
    output = Output()
    replaced = {name.casefold() for name in used.names}
    group = node.args.get("group")
    for part in group.expressions if group is not None else ():
        output.add(part.name, queries.expressions.value(part, scope))
    for source in scope.sources.values() if group is None else ():
        for name, plain in source.columns():
            if name.casefold() not in replaced:
                output.add(name, plain)
        if source.open:
            output.stars.append(Star(source, frozenset(replaced)))
    for name in created or ():
        output.add(name, value)
    if created is None or used.open:
        output.stars.append(Star(OpaqueSource(value.sources)))
    return output


def _pivoted(node: exp.Pivot, scope: Scope, queries: Queries) -> Output:
    """Return the columns that ON and USING of a PIVOT use."""
    output = Output()
    for part in (*node.expressions, *(node.args.get("using") or ())):
        for column in part.find_all(exp.Column):
            output.add(column.name, queries.expressions.value(column, scope))
    return output


def _unpivoted(node: exp.Pivot, scope: Scope, queries: Queries) -> Output:
    """Return the columns that ON of an UNPIVOT lists, also with `columns(…)`."""
    output = Output()
    for part in node.expressions:
        if queries.stars.add(part, scope, output):
            continue
        for column in part.find_all(exp.Column):
            output.add(column.name, queries.expressions.value(column, scope))
    return output


def _columns_of_unpivot(node: exp.Pivot) -> list[str]:
    into = node.args.get("into")
    if into is None:
        return ["name", "value"]
    return [into.this.name, *(part.name for part in into.expressions)]


def _columns_of_pivot(node: exp.Pivot) -> list[str] | None:
    """Return a name for each listed value and aggregate; None if the values are not listed."""
    values = [
        [_value_name(one) for one in part.expressions]
        for part in node.expressions
        if isinstance(part, exp.In)
    ]
    if len(values) != len(node.expressions):
        return None
    using: Iterable[exp.Expr] = node.args.get("using") or ()
    aggregates = [one.alias for one in using] or [""]
    alone = len(aggregates) == 1
    names = []
    for combination in product(*values):
        for alias in aggregates:
            # Without an alias, several aggregates have the engine's spelling of their SQL.
            known = all(combination) and bool(alias or alone)
            names.append("_".join([*combination, *([alias] if alias else ())]) if known else "")
    return names


def _value_name(value: exp.Expr) -> str:
    """Return the name of a column for a listed value; empty if it is unknown."""
    if isinstance(value, exp.Boolean):
        return str(value.this).lower()
    return value.name if isinstance(value, (exp.Literal, exp.Column)) else ""
