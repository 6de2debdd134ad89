"""Columns that the list of a SELECT returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import Output
from dagster_lineage.extract.sql.values import LITERAL, TracedColumn, computed

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.queries import Queries


class SelectList:
    """Reads the lists of the SELECTs of one statement.

    Args:
        queries: Reads the statement.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._dialect = queries.dialect
        self._value = queries.expressions.value
        self._stars = queries.stars

    def read(self, select: exp.Select, scope: Scope) -> Output:
        """Return the columns of a SELECT whose FROM clause is in the scope."""
        output = Output()
        for item in select.expressions:
            if not self._stars.add(item, scope, output):
                self._add(item, scope, output)
        return output

    def count_rows(self, select: exp.Select, scope: Scope, output: Output) -> None:
        """Derive `count(*)` from the columns of the clauses that decide which rows are counted.

        It names no column, so the number of orders would otherwise be derived from nothing.
        """
        if len(output.values) != len(select.expressions):
            return  # there are stars, so items and values do not correspond
        counting = [
            index
            for index, item in enumerate(select.expressions)
            if not output.values[index].sources and item.find(exp.AggFunc)
        ]
        if not counting:
            return
        deciding = self.deciding(select, scope)
        for index in counting:
            output.values[index] = output.values[index]._replace(sources=deciding)

    def deciding(self, select: exp.Select, scope: Scope) -> frozenset[TracedColumn]:
        """Return the columns of the clauses that decide which rows there are."""
        clauses = [join.args.get("on") for join in select.args.get("joins") or ()]
        clauses += [select.args.get(clause) for clause in ("where", "group", "having")]
        return self._queries.expressions.columns_in(filter(None, clauses), scope)

    def _add(self, item: exp.Expr, scope: Scope, output: Output) -> None:
        value = self._value(item, scope)
        if isinstance(item, exp.Aliases):
            for part in item.args["expressions"]:
                output.add(part.name, computed(value.sources))
            return
        name = _output_name(item, self._dialect.name, cast_keeps_name=self._dialect.cast_keeps_name)
        if value.type is LITERAL:
            value = value._replace(type=self._dialect.types.final(LITERAL))
        if value.copy and isinstance(item, exp.Column) and self._dialect.producer_spelling:
            (column,) = value.sources
            if column.name.casefold() == name.casefold():
                name = column.name
        output.add(name, value)
        if isinstance(item, exp.Alias):
            scope.aliases[name.casefold()] = value


def _output_name(item: exp.Expr, dialect: str, *, cast_keeps_name: bool) -> str:
    """Return the name that an engine gives an item; empty if it is unknown."""
    if isinstance(item, (exp.Alias, exp.Subquery)):
        return str(item.alias)
    if isinstance(item, exp.Column):
        return item.name
    if isinstance(item, exp.Dot):
        return str(item.expression.name)
    if dialect == "duckdb" and isinstance(item, exp.Count) and isinstance(item.this, exp.Star):
        return "count_star()"
    transparent = (exp.Paren, exp.Cast) if cast_keeps_name else exp.Paren
    if isinstance(item, transparent):
        return _output_name(item.this, dialect, cast_keeps_name=cast_keeps_name)
    return ""
