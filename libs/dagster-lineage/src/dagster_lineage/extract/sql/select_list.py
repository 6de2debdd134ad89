"""Columns that the list of a SELECT returns: expressions with their names, and stars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import OpaqueSource, Output, Star, columns_of_all
from dagster_lineage.extract.sql.values import LITERAL, computed, record_use

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

    def read(self, select: exp.Select, scope: Scope) -> Output:
        """Return the columns of a SELECT whose FROM clause is in the scope."""
        output = Output()
        for item in select.expressions:
            if not self._add_star(item, scope, output):
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
        clauses = [join.args.get("on") for join in select.args.get("joins") or ()]
        clauses += [select.args.get(clause) for clause in ("where", "group", "having")]
        deciding = self._queries.expressions.columns_in(filter(None, clauses), scope)
        for index in counting:
            output.values[index] = output.values[index]._replace(sources=deciding)

    def add_columns_of(self, star: exp.Star, table: str, scope: Scope, output: Output) -> None:
        """Add the columns of a star, after its operators EXCLUDE, REPLACE, RENAME and ILIKE.

        Args:
            star: The star.
            table: Casefolded alias before it; empty for the star over all sources.
            scope: Scope of the SELECT.
            output: Gets the columns.
        """
        hidden = frozenset(part.name.casefold() for part in star.args.get("except_") or ())
        replaced = {part.alias.casefold(): part for part in star.args.get("replace") or ()}
        renamed = {part.this.name.casefold(): part.alias for part in star.args.get("rename") or ()}
        pattern = _pattern(star.args.get("ilike"))
        if table:
            source = scope.source(table)
            sources = [] if source is None else [source]
        else:
            sources = [one for name, one in scope.sources.items() if name not in scope.unstarred]
        merged = {} if table else scope.merged
        added: set[str] = set()
        for source in sources:
            names: set[str] = set()
            for name, plain in source.columns():
                folded = name.casefold()
                names.add(folded)
                if folded in merged:
                    if folded in added:
                        continue
                    added.add(folded)
                if folded in hidden or (pattern is not None and not pattern.fullmatch(name)):
                    continue
                value = merged.get(folded, plain)
                if folded in replaced:
                    value = self._value(replaced[folded], scope)
                output.add(renamed.get(folded, name), value)
            listed = hidden | names | (added if source.open else frozenset())
            output.stars.append(Star(source, listed))

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

    def _add_star(self, item: exp.Expr, scope: Scope, output: Output) -> bool:
        """Add the columns of an item that is a star of any kind; return False if it is not one."""
        if isinstance(item, exp.Star):
            self.add_columns_of(item, "", scope, output)
        elif isinstance(item, exp.Column):
            if not isinstance(item.this, exp.Star):
                return False
            table = item.args["table"].name
            if scope.source(table.casefold()) is not None:
                self.add_columns_of(item.this, table.casefold(), scope, output)
            else:  # all fields of a struct
                sources = self._queries.names.column(scope, table).sources
                output.stars.append(Star(OpaqueSource(sources)))
        elif item.find(exp.Columns, exp.Star) and not item.find(exp.Count, exp.Select):
            self._add_pattern(item, scope, output)
        else:
            return False
        return True

    def _add_pattern(self, item: exp.Expr, scope: Scope, output: Output) -> None:
        """Add an expression over `columns(…)`, which may be any columns of the sources."""
        sources = scope.sources.values()
        for source in sources:
            source.record_unknown_use()
        value = computed(columns_of_all(sources))
        record_use((value,))
        self._queries.report(f"the columns of {item.sql(self._dialect.name)} are unknown")
        output.stars.append(Star(OpaqueSource(value.sources)))


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


def _pattern(ilike: exp.Expr | None) -> re.Pattern[str] | None:
    if ilike is None:
        return None
    wildcards = {"%": ".*", "_": "."}
    text = "".join(wildcards.get(letter, re.escape(letter)) for letter in ilike.name)
    return re.compile(text, re.IGNORECASE)
