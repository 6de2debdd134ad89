"""Sources that FROM, JOIN and LATERAL add to the scope of a SELECT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.pivots import pivoted
from dagster_lineage.extract.sql.schema import RelationName
from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import ColumnSource, OpaqueSource, Output, TableSource
from dagster_lineage.extract.sql.structs import ELEMENT, element_of, fields_of
from dagster_lineage.extract.sql.table_functions import columns_of_function
from dagster_lineage.extract.sql.values import (
    NO_COLUMNS,
    NOTHING,
    Value,
    computed,
    record_use,
    sources_of,
)

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.queries import Queries

Sources = dict[str, ColumnSource]


class FromClause:
    """Reads the FROM clauses of one statement.

    Args:
        queries: Reads the subqueries.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._dialect = queries.dialect
        self._expressions = queries.expressions

    def read(self, select: exp.Expr, scope: Scope) -> None:
        """Add the sources of a SELECT to its scope."""
        clause = select.args.get("from_")
        if clause is not None:
            self._add(clause.this, scope)
        for view in select.args.get("laterals") or ():
            self._add(view, scope)
        self._join_all(select, scope)

    def _join_all(self, node: exp.Expr, scope: Scope) -> None:
        joins = node.args.get("joins") or ()
        for join in joins:
            self._join(join, scope)
        for join in joins:  # a condition can name every table of the clause
            if join.args.get("on") is not None:
                self._expressions.value(join.args["on"], scope)

    def _join(self, join: exp.Join, scope: Scope) -> None:
        before = dict(scope.sources)
        self._add(join.this, scope)
        added = {name: one for name, one in scope.sources.items() if name not in before}
        kind, side, method = (str(join.args.get(name) or "").upper() for name in _JOIN_WORDS)
        if kind in ("SEMI", "ANTI"):
            scope.unstarred.update(added)
        names = [part.name for part in join.args.get("using") or ()]
        if method == "NATURAL":
            names = self._shared(before, added)
        for name in names:
            scope.merged[name.casefold()] = self._merged(name, side, before, added, scope)

    def _shared(self, before: Sources, added: Sources) -> list[str]:
        """Return the columns that both sides of a natural join have."""
        if any(source.open for source in (*before.values(), *added.values())):
            self._queries.report("the columns of a natural join over an unknown table are unknown")
        left = {name.casefold() for source in before.values() for name, _ in source.columns()}
        right = [name for source in added.values() for name, _ in source.columns()]
        return [name for name in right if name.casefold() in left]

    def _merged(self, name: str, side: str, before: Sources, added: Sources, scope: Scope) -> Value:
        """Return the column that both sides of a join have under one name."""
        column = self._queries.names.column
        left = column(Scope(sources=before, merged=scope.merged), name) if before else NOTHING
        right = column(Scope(sources=added), name)
        if side != "FULL":
            return right if side == "RIGHT" else left
        type_ = self._dialect.types.common([left.type, right.type])
        return computed(left.sources | right.sources, type_)

    def _add(self, node: exp.Expr, scope: Scope) -> None:
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) and not node.alias:
            self._add(node.this, scope)  # `(a join b on …)`
            return
        if isinstance(node, exp.Final):  # ClickHouse: `from t final`
            self._add(node.this, scope)
            return
        source, name = self._source(node, scope), _name(node)
        if isinstance(node, (exp.Table, exp.Subquery)):
            for pivot in node.args.get("pivots") or ():
                source = pivoted(pivot, source, name, self._expressions)
                name = pivot.alias or name
        listed = _alias_columns(node)
        if isinstance(node, exp.Unnest) and listed and source.listed(listed[0].casefold()) is None:
            name = listed[0]  # BigQuery: the alias of structs is a row, not a column
        key = name.casefold() or f"\0{len(scope.sources)}"
        if key in scope.sources:
            key = f"{key}\0{len(scope.sources)}"  # the first of two tables keeps the name
        scope.sources[key] = source
        self._join_all(node, scope)

    def _source(self, node: exp.Expr, scope: Scope) -> ColumnSource:
        unnested = self._unnested_path(node, scope)
        if unnested is not None:
            return self._function(unnested, scope)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self._table(node, scope)
        lateral = isinstance(node, exp.Lateral)
        subquery = node.this if lateral else node
        if isinstance(subquery, exp.Subquery) and (
            lateral or isinstance(node.this, (exp.Query, exp.Pivot))
        ):
            sees_tables_before = lateral or self._dialect.lateral_subqueries
            parent = scope if sees_tables_before else (scope.parent or Scope())
            output = self._queries.output(node.this, Scope(parent=parent, ctes=scope.ctes))
            return output.renamed(_alias_columns(node))
        if isinstance(node, exp.Values):
            return self._values(node, scope)
        return self._function(node, scope)

    def _unnested_path(self, node: exp.Expr, scope: Scope) -> exp.Unnest | None:
        """Return `data.orders.items` as an UNNEST if `data.orders` is a table of the clause."""
        if self._dialect.name != "bigquery" or not isinstance(node, exp.Table):
            return None
        parts = [part.name for part in node.parts]
        for name, source in scope.sources.items():
            if not isinstance(source, TableSource):
                continue
            relation = [part.casefold() for part in source.table.relation if part]
            for count in range(2, len(parts)):
                if [part.casefold() for part in parts[:count]] == relation[-count:]:
                    column = exp.Column(this=exp.to_identifier(parts[count]))
                    column.set("table", exp.to_identifier(name))
                    path: exp.Expr = column
                    for field in parts[count + 1 :]:
                        path = exp.Dot(this=path, expression=exp.to_identifier(field))
                    alias = exp.TableAlias(columns=[exp.to_identifier(node.alias or parts[-1])])
                    return exp.Unnest(expressions=[path], alias=alias)
        return None

    def _table(self, node: exp.Table, scope: Scope) -> ColumnSource:
        """Return a CTE or a relation."""
        columns = _alias_columns(node)
        cte = None if node.db else scope.ctes.get(node.name.casefold())
        if cte is not None:
            return cte.renamed(columns)
        *catalogs, schema, table = ["", "", *(part.name for part in node.parts)]
        relation = RelationName(".".join(part for part in catalogs if part), schema, table)
        source = TableSource(self._queries.table(relation))
        if not columns:
            return source
        source.record_unknown_use()
        if source.open:
            return OpaqueSource(NO_COLUMNS)
        output = Output()
        for name, value in source.columns():
            output.add(name, value)
        return output.renamed(columns)

    def _values(self, node: exp.Values, scope: Scope) -> ColumnSource:
        rows = [
            row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions
        ]
        names = _alias_columns(node)
        prefix, first = self._dialect.values_columns
        output = Output()
        for position in range(max((len(row) for row in rows), default=0)):
            cells = [row[position] for row in rows if position < len(row)]
            values = [self._expressions.value(cell, scope) for cell in cells]
            type_ = self._dialect.types.common(
                value.type
                for cell, value in zip(cells, values, strict=True)
                if not isinstance(cell, exp.Null)
            )
            name = names[position] if position < len(names) else f"{prefix}{position + first}"
            output.add(name, computed(sources_of(values), type_))
        return output

    def _function(self, node: exp.Expr, scope: Scope) -> ColumnSource:
        """Return a table function, an unnested list or a file, computed from its arguments."""
        alias = node.args.get("alias")
        arguments = [
            self._expressions.value(part, scope)
            for part in node.iter_expressions()
            if part is not alias and not isinstance(part, (exp.Join, exp.Pivot, exp.Identifier))
        ]
        value = computed(sources_of(arguments))
        record_use((value,))
        dialect = self._dialect.name
        columns = columns_of_function(node, _alias_columns(node), arguments, dialect)
        elements = [element_of(one, dialect) or value for one in arguments]
        if len(elements) != 1 or not isinstance(node, exp.Unnest):
            elements = []
        fields = fields_of(elements[0], dialect) if elements and dialect == "bigquery" else ()
        if fields and fields[0][0] != ELEMENT:  # the columns of a list of structs are their fields
            offset = [(name, value) for name in columns.names[1:]]
            return OpaqueSource(value.sources, [*fields, *offset], complete=True)
        values = [*elements, *[value] * len(columns.names)]
        return OpaqueSource(
            value.sources,
            list(zip(columns.names, values, strict=False)),
            complete=columns.complete,
        )


_JOIN_WORDS = ("kind", "side", "method")


def _name(node: exp.Expr) -> str:
    is_table = isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier)
    return node.alias or (node.name if is_table else "")


def _alias_columns(node: exp.Expr) -> list[str]:
    alias = node.args.get("alias")
    return [part.name for part in alias.columns] if isinstance(alias, exp.TableAlias) else []
