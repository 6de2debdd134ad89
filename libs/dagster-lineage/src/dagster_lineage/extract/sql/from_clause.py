"""What FROM, JOIN and LATERAL put in reach of a SELECT."""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from dagster_lineage.extract.sql.expressions import Expressions
from dagster_lineage.extract.sql.pivots import pivoted
from dagster_lineage.extract.sql.schema import Relation
from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import (
    OpaqueSource,
    Output,
    QuerySource,
    Source,
    TableSource,
)
from dagster_lineage.extract.sql.values import NO_COLUMNS, NOTHING, TableRead, computed, use

IMPLICITLY_LATERAL = frozenset({"duckdb", "bigquery"})
"""A subquery in FROM sees the tables before it without the word."""
VALUES_COLUMNS = {"duckdb": ("col", 0), "spark": ("col", 1), "databricks": ("col", 1)}
"""How the columns of VALUES are called, and where their count starts; elsewhere `column1`."""


class Surroundings(Protocol):
    """What the reader of FROM needs of the reader of queries."""

    dialect: str
    expressions: Expressions

    def output(self, node: exp.Expr, scope: Scope) -> Output:
        """What a query gives."""

    def table(self, relation: Relation) -> TableRead:
        """What is known of a relation, the same object each time."""

    def trouble(self, sentence: str) -> None:
        """Note what could not be told."""


class FromClause:
    """Fills scopes.

    Args:
        around: The reader of queries.
    """

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def fill(self, select: exp.Expr, scope: Scope) -> None:
        """Put everything in reach that a SELECT names after FROM."""
        clause = select.args.get("from_")
        if clause is not None:
            self._add(clause.this, scope)
        conditions: list[exp.Expr] = []
        for view in select.args.get("laterals") or ():
            self._add(view, scope)
        for join in select.args.get("joins") or ():
            self._join(join, scope, conditions)
        for condition in conditions:
            self.around.expressions.value(condition, scope)

    def _join(self, join: exp.Join, scope: Scope, conditions: list[exp.Expr]) -> None:
        before = dict(scope.sources)
        self._add(join.this, scope, conditions)
        added = {name: one for name, one in scope.sources.items() if name not in before}
        args = join.args
        if str(args.get("kind") or "").upper() in ("SEMI", "ANTI"):
            scope.unstarred.update(added)
        if args.get("on") is not None:
            conditions.append(args["on"])
        side = str(args.get("side") or "").upper()
        names = [part.name for part in args.get("using") or ()]
        if str(args.get("method") or "").upper() == "NATURAL":
            names = self._shared(before, added)
        for name in names:
            self._merge(name, side, before, added, scope)

    def _shared(self, before: dict[str, Source], added: dict[str, Source]) -> list[str]:
        sources = (*before.values(), *added.values())
        if any(source.open for source in sources):
            self.around.trouble("a natural join's columns are not known, as a table's are not")
        left = {name.casefold() for source in before.values() for name, _ in source.columns()}
        right = [name for source in added.values() for name, _ in source.columns()]
        return [name for name in right if name.casefold() in left]

    def _merge(
        self,
        name: str,
        side: str,
        before: dict[str, Source],
        added: dict[str, Source],
        scope: Scope,
    ) -> None:
        """Make the columns of one name on both sides of a join one column."""
        names = self.around.expressions.names
        folded = name.casefold()
        left_scope = Scope(sources=before, merged=scope.merged)
        left = names.column(left_scope, name, (), 0) if before else NOTHING
        right = names.column(Scope(sources=added), name, (), 0)
        if side == "RIGHT":
            value = right
        elif side == "FULL":
            type_ = self.around.expressions.types.common([left.type, right.type])
            value = computed(left.sources | right.sources, type_)
        else:
            value = left
        scope.merged[folded] = value

    def _add(self, node: exp.Expr, scope: Scope, conditions: list[exp.Expr] | None = None) -> None:
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) and not node.alias:
            self._add(node.this, scope, conditions)  # `(a join b on …)`
            return
        if isinstance(node, exp.Final):  # ClickHouse's `from t final`
            self._add(node.this, scope, conditions)
            return
        source, name = self._source(node, scope)
        if isinstance(node, (exp.Table, exp.Subquery)):
            for pivot in node.args.get("pivots") or ():
                source = pivoted(pivot, source, name, self.around.expressions)
                name = pivot.alias or name
        key = name.casefold() or f"\0{len(scope.sources)}"
        if key in scope.sources:
            key = f"{key}\0{len(scope.sources)}"  # two tables of one name: the first has it
        scope.sources[key] = source
        own: list[exp.Expr] = []
        for join in node.args.get("joins") or ():
            self._join(join, scope, own)
        for condition in own:
            self.around.expressions.value(condition, scope)

    def _source(self, node: exp.Expr, scope: Scope) -> tuple[Source, str]:
        """What a part of FROM offers, and under which name."""
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self._named(node, scope)
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            return self._subquery(node.this, node, scope, lateral=False)
        if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
            return self._subquery(node.this, node, scope, lateral=True)
        if isinstance(node, exp.Values):
            return self._values(node, scope)
        return self._function(node, scope)

    def _named(self, node: exp.Table, scope: Scope) -> tuple[Source, str]:
        name, schema = node.name, node.db
        output = None if schema else scope.ctes.get(name.casefold())
        columns = _alias_columns(node)
        if output is None:
            parts = [part.name for part in node.parts]
            if len(parts) > 3:  # noqa: PLR2004 - catalog, schema, table; more is a nested name
                parts = [".".join(parts[:-2]), *parts[-2:]]
            table = self.around.table(Relation(*[""] * (3 - len(parts)), *parts))
            source: Source = TableSource(table)
            if columns:
                output = Output()
                for known, value in source.columns():
                    output.add(known, value)
                source = (
                    QuerySource(output.renamed(columns))
                    if table.complete
                    else OpaqueSource(NO_COLUMNS)
                )
                if not table.complete:
                    table.unsure = True
        else:
            source = QuerySource(output.renamed(columns) if columns else output)
        return source, node.alias or name

    def _subquery(
        self, query: exp.Expr, node: exp.Expr, scope: Scope, *, lateral: bool
    ) -> tuple[Source, str]:
        sees = lateral or self.around.dialect in IMPLICITLY_LATERAL
        parent = scope if sees else (scope.parent or Scope())
        around = Scope(parent=parent, ctes=scope.ctes)
        output = self.around.output(query, around)
        columns = _alias_columns(node)
        return QuerySource(output.renamed(columns) if columns else output), node.alias

    def _values(self, node: exp.Values, scope: Scope) -> tuple[Source, str]:
        rows = [
            row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions
        ]
        expressions = self.around.expressions
        columns = _alias_columns(node)
        word, start = VALUES_COLUMNS.get(self.around.dialect, ("column", 1))
        output = Output()
        for position in range(max((len(row) for row in rows), default=0)):
            cells = [row[position] for row in rows if position < len(row)]
            values = [expressions.value(cell, scope) for cell in cells]
            types = [
                value.type
                for cell, value in zip(cells, values, strict=True)
                if not isinstance(cell, exp.Null)
            ]
            type_ = expressions.types.final(expressions.types.common(types))
            name = columns[position] if position < len(columns) else f"{word}{position + start}"
            sources = NO_COLUMNS.union(*(value.sources for value in values))
            output.add(name, computed(sources, type_))
        return QuerySource(output), node.alias

    def _function(self, node: exp.Expr, scope: Scope) -> tuple[Source, str]:
        """A table function, an unnested list, a staged file: made of what goes in."""
        alias = node.args.get("alias")
        inner = [part for part in node.iter_expressions() if part is not alias]
        inner = [part for part in inner if not isinstance(part, (exp.Join, exp.Pivot))]
        made_of = self.around.expressions.made_of(inner, scope)
        value = computed(made_of)
        use(value)
        names = _alias_columns(node)
        offset = node.args.get("offset")
        if isinstance(offset, exp.Identifier):
            names.append(offset.name)
        return OpaqueSource(made_of, [(name, value) for name in names]), node.alias


def _alias_columns(node: exp.Expr) -> list[str]:
    alias = node.args.get("alias")
    return [part.name for part in alias.columns] if isinstance(alias, exp.TableAlias) else []
