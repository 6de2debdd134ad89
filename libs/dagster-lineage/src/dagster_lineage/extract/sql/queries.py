"""Columns of queries: SELECTs, set operations and CTEs. Each is read once, from the inside out."""

from __future__ import annotations

from sqlglot import exp

from dagster_lineage.extract.sql.dialects import dialect_of
from dagster_lineage.extract.sql.expressions import Expressions
from dagster_lineage.extract.sql.from_clause import FromClause
from dagster_lineage.extract.sql.pivot_statements import pivot_statement
from dagster_lineage.extract.sql.schema import RelationName, Schema
from dagster_lineage.extract.sql.scope import Names, Scope
from dagster_lineage.extract.sql.select_list import SelectList
from dagster_lineage.extract.sql.set_operations import combined
from dagster_lineage.extract.sql.sources import OpaqueSource, Output, Star
from dagster_lineage.extract.sql.stars import Stars
from dagster_lineage.extract.sql.type_spelling import spelled
from dagster_lineage.extract.sql.values import NO_COLUMNS, TracedTable, record_use

MAX_ROUNDS = 8
"""How often a recursive CTE is read again until its lineage no longer changes."""


class Queries:
    """Reads one statement.

    Args:
        schema: Known relations.
        dialect: sqlglot's name of the dialect.
    """

    def __init__(self, schema: Schema, dialect: str) -> None:
        self._schema = schema
        self.dialect = dialect_of(dialect)
        self.tables: dict[RelationName, TracedTable] = {}
        """Relations that the statement reads."""
        self._unknown: dict[tuple[str, ...], TracedTable] = {}
        self.problems: dict[str, None] = {}
        """Sentences on what is unknown, each once."""
        self.names = Names(self.dialect, self.report)
        self.expressions = Expressions(self)
        self._from_clause = FromClause(self)
        self.stars = Stars(self)
        self._select_list = SelectList(self)

    def report(self, problem: str) -> None:
        """Record a sentence on what is unknown."""
        self.problems[problem] = None

    def table(self, relation: RelationName) -> TracedTable:
        """Return a relation, as the same object each time."""
        known = self._schema.find(relation)
        if known is None:
            folded = tuple(part.casefold() for part in relation)
            if folded in self._unknown:
                return self._unknown[folded]
            table = self._unknown[folded] = TracedTable(relation, (), complete=False)
        elif known.relation in self.tables:
            return self.tables[known.relation]
        else:
            columns = [
                (name, spelled(type_, self.dialect.name)) for name, type_ in known.columns.items()
            ]
            table = TracedTable(known.relation, columns, complete=known.complete)
        self.tables[table.relation] = table
        return table

    def output(self, node: exp.Expr, scope: Scope) -> Output:
        """Return the columns of a query inside a scope."""
        with_ = node.args.get("with_")
        if with_ is not None:
            scope = self._with(with_, scope)
        if isinstance(node, exp.Select):
            return self._select(node, scope)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, (exp.Subquery, exp.CTE)):
            return self.output(node.this, scope)
        return self._other(node, scope)

    def _other(self, node: exp.Expr, scope: Scope) -> Output:
        """Read VALUES, a bare table, DuckDB's `pivot … on`, or a statement without a query."""
        output, inner = Output(), Scope(parent=scope, ctes=scope.ctes)
        if isinstance(node, exp.Pivot):
            self._from_clause.read(exp.Select(from_=exp.From(this=node.this)), inner)
            return pivot_statement(node, inner, self)
        if isinstance(node, (exp.Values, exp.Table)):
            self._from_clause.read(exp.Select(from_=exp.From(this=node)), inner)
            self.stars.add_columns_of(exp.Star(), "", inner, output)
            return output
        self.report(f"the columns are unknown: {type(node).__name__.upper()}")
        output.stars.append(Star(OpaqueSource(NO_COLUMNS)))
        return output

    def _with(self, with_: exp.With, scope: Scope) -> Scope:
        """Return a scope with the CTEs of a WITH clause, and with ClickHouse's expressions."""
        ctes = dict(scope.ctes)
        inner = Scope(parent=scope, ctes=ctes)
        for cte in with_.expressions:
            if cte.args.get("scalar"):
                self._define(inner, cte.alias, cte.this)
                continue
            around = Scope(parent=inner, ctes=ctes)
            columns = [part.name for part in cte.args["alias"].columns]
            name = cte.alias.casefold()
            recursive = with_.args.get("recursive") or (
                self.dialect.always_recursive and _reads(cte.this, name)
            )
            if recursive and isinstance(cte.this, exp.SetOperation):
                output = self._recursive(cte.this, name, columns, around)
            else:
                output = self.output(cte.this, around)
            ctes = inner.ctes = {**ctes, name: output.renamed(columns)}
        return inner

    def _define(self, scope: Scope, name: str, expression: exp.Expr) -> None:
        """Define a name for an expression that any part of the query can read (ClickHouse)."""
        read = self.expressions.value
        scope.expressions[name.casefold()] = lambda reader: read(expression, reader)

    def _recursive(
        self, union: exp.SetOperation, name: str, columns: list[str], scope: Scope
    ) -> Output:
        """Read a CTE that may read itself: its first branch defines the columns."""
        first: exp.Expr = union
        while isinstance(first, exp.SetOperation):
            first = first.this
        output = self.output(first, scope)
        for _ in range(MAX_ROUNDS):
            before = [value.sources for value in output.values]
            ctes = {**scope.ctes, name: output.renamed(columns)}
            output = self.output(union, Scope(parent=scope, ctes=ctes))
            if [value.sources for value in output.values] == before:
                break
        return output

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Output:
        # Chains are nested to the left and may be hundreds long, so they are read in a loop.
        operations: list[exp.SetOperation] = []
        left: exp.Expr = node
        while isinstance(left, exp.SetOperation) and (left is node or not left.args.get("with_")):
            operations.append(left)
            left = left.this
        output = self.output(left, scope)
        for operation in reversed(operations):
            right = self.output(operation.expression, scope)
            output = combined(operation, output, right, self.dialect.types, self.report)
        return output

    def _select(self, node: exp.Select, around: Scope) -> Output:
        scope = Scope(parent=around, ctes=around.ctes)
        self._from_clause.read(node, scope)
        scope.windows = {one.name.casefold(): one for one in node.args.get("windows") or ()}
        scope.see_aliases = self.dialect.aliases_in_select
        if self.dialect.aliases_everywhere:
            for item in node.expressions:
                for alias in item.find_all(exp.Alias):
                    self._define(scope, alias.alias, alias.this)
        output = self._select_list.read(node, scope)
        if node.args.get("kind") == "VALUE":
            output = Output(stars=[Star(OpaqueSource(NO_COLUMNS))])
        self._read_clauses(node, scope)
        self._select_list.count_rows(node, scope, output)
        if isinstance(node.parent, exp.Exists):
            output.deciding = self._select_list.deciding(node, scope)
        if node.args.get("distinct") is not None:
            record_use(output.values)
        return output

    def _read_clauses(self, node: exp.Select, scope: Scope) -> None:
        """Read the clauses after FROM that use columns and return none."""
        self._read(node, ("where", "prewhere", "connect", "match"), scope)
        scope.see_aliases = True
        self._read(node, ("group", "having", "qualify"), scope)
        for window in node.args.get("windows") or ():
            self.expressions.value(window, scope)
        scope.aliases_first = True
        last = ("order", "sort", "cluster", "distribute", "distinct", "limit", "offset")
        self._read(node, last, scope)
        scope.aliases_first = False

    def _read(self, node: exp.Select, clauses: tuple[str, ...], scope: Scope) -> None:
        for clause in clauses:
            if node.args.get(clause) is not None:
                self.expressions.value(node.args[clause], scope)


def _reads(query: exp.Expr, name: str) -> bool:
    """Return whether a query names a table without schema that has a casefolded name."""
    return any(
        not table.db and table.name.casefold() == name for table in query.find_all(exp.Table)
    )
