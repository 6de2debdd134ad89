"""Reads queries: SELECTs, set operations and common table expressions, each once, bottom-up."""

from __future__ import annotations

from sqlglot import exp

from dagster_lineage.extract.sql import stars
from dagster_lineage.extract.sql.expressions import Expressions
from dagster_lineage.extract.sql.from_clause import FromClause
from dagster_lineage.extract.sql.output_names import output_name
from dagster_lineage.extract.sql.schema import Relation, Schema
from dagster_lineage.extract.sql.scope import Names, Scope
from dagster_lineage.extract.sql.set_operations import combined
from dagster_lineage.extract.sql.sources import OpaqueSource, Output, Star
from dagster_lineage.extract.sql.type_names import spelled
from dagster_lineage.extract.sql.type_rules import Types
from dagster_lineage.extract.sql.values import LITERAL, NO_COLUMNS, TableRead, Value, computed, use

ALIASES_IN_SELECT = frozenset(
    {"duckdb", "snowflake", "redshift", "databricks", "spark", "teradata"}
)
"""Dialects in which a column of the list may use an earlier one, and WHERE all of them."""
ALIASES_ANYWHERE = frozenset({"clickhouse"})
"""Dialects in which any part of a SELECT may use any name that it gives, even before it does."""
PSEUDOCOLUMNS = frozenset(
    {
        "rowid", "rownum", "level", "filename", "ctid", "xmin", "xmax", "tableoid", "sysdate",
        "systimestamp", "user", "session_user", "current_user", "current_role", "current_database",
        "_partitiontime", "_partitiondate", "_table_suffix", "_file_name", "_change_type",
        "_metadata", "metadata$filename", "metadata$file_row_number", "metadata$action",
        "metadata$isupdate", "metadata$row_id", "value", "file_row_number", "$path", "$file_size",
    }
)  # fmt: skip
MAX_ROUNDS = 8
"""How often a recursive CTE is read again until its lineage has settled."""


class Queries:
    """Reads one statement.

    Args:
        schema: What is known of relations.
        dialect: sqlglot's name of the dialect.

    Attributes:
        tables: The relations read so far.
    """

    def __init__(self, schema: Schema, dialect: str) -> None:
        self.schema = schema
        self.dialect = dialect
        self.tables: dict[Relation, TableRead] = {}
        self._unknown: dict[tuple[str, ...], TableRead] = {}
        self.names = Names(PSEUDOCOLUMNS)
        self.types = Types(dialect)
        self.expressions = Expressions(self, self.names, self.types)
        self.from_clause = FromClause(self)

    def trouble(self, sentence: str) -> None:
        """Note what could not be told."""
        self.names.problems[sentence] = None

    def table(self, relation: Relation) -> TableRead:
        """What is known of a relation, the same object each time."""
        known = self.schema.find(relation)
        if known is None:
            folded = tuple(part.casefold() for part in relation)
            if folded in self._unknown:
                return self._unknown[folded]
            read = self._unknown[folded] = TableRead(relation, (), complete=False)
        elif known.relation in self.tables:
            return self.tables[known.relation]
        else:
            columns = [
                (name, spelled(type_, self.dialect)) for name, type_ in known.columns.items()
            ]
            read = TableRead(known.relation, columns, complete=known.complete)
        self.tables[read.relation] = read
        return read

    def output(self, node: exp.Expr, scope: Scope) -> Output:
        """What a query gives whose surroundings are a scope."""
        with_ = node.args.get("with_")
        if with_ is not None:
            scope = self._with(with_, scope)
        if isinstance(node, exp.Select):
            return self._select(node, scope)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, exp.Subquery):
            return self.output(node.this, scope)
        if isinstance(node, exp.CTE):
            return self.output(node.this, scope)
        return self._other(node, scope)

    def _other(self, node: exp.Expr, scope: Scope) -> Output:
        """VALUES, a bare table, DuckDB's `pivot … on`, or something that is no query."""
        output = Output()
        if isinstance(node, (exp.Values, exp.Table)):
            inner = Scope(parent=scope, ctes=scope.ctes)
            self.from_clause.fill(exp.Select(from_=exp.From(this=node)), inner)
            stars.expand(exp.Star(), "", inner, output, self.expressions.value)
            return output
        if isinstance(node, exp.Pivot):
            inner = Scope(parent=scope, ctes=scope.ctes)
            self.from_clause.fill(exp.Select(from_=exp.From(this=node.this)), inner)
            for source in inner.sources.values():
                source.doubt()
            rest = [part for part in node.iter_expressions() if part is not node.this]
            made_of = self.expressions.made_of(rest, inner)
        else:
            made_of = NO_COLUMNS
        self.trouble(f"the columns of {type(node).__name__.upper()} are not known")
        output.stars.append(Star(OpaqueSource(made_of)))
        return output

    def _with(self, with_: exp.With, scope: Scope) -> Scope:
        """A scope that knows what WITH names: queries, and ClickHouse's expressions."""
        ctes = dict(scope.ctes)
        inner = Scope(parent=scope, ctes=ctes)
        for cte in with_.expressions:
            if cte.args.get("scalar"):
                self._give(inner, cte.alias, cte.this)
                continue
            around = Scope(parent=inner, ctes=ctes)
            columns = [part.name for part in cte.args["alias"].columns]
            name = cte.alias.casefold()
            if with_.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                output = self._recursive(cte.this, name, columns, around)
            else:
                output = self.output(cte.this, around)
            ctes = {**ctes, name: output.renamed(columns) if columns else output}
            inner.ctes = ctes
        return inner

    def _give(self, scope: Scope, name: str, expression: exp.Expr) -> None:
        """Let a name stand for an expression wherever it is used, as ClickHouse does."""
        scope.given[name.casefold()] = lambda user: self.expressions.value(expression, user)

    def _recursive(
        self, union: exp.SetOperation, name: str, columns: list[str], scope: Scope
    ) -> Output:
        """A CTE that may read itself: its first branch tells the columns, others add to them."""
        first: exp.Expr = union
        while isinstance(first, exp.SetOperation):
            first = first.this
        output = self.output(first, scope)
        for _ in range(MAX_ROUNDS):
            own = output.renamed(columns) if columns else output
            inner = Scope(parent=scope, ctes={**scope.ctes, name: own})
            again = self.output(union, inner)
            settled = [one.sources for one in again.values] == [
                one.sources for one in output.values
            ]
            output = again
            if settled:
                break
        return output

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Output:
        """Chains lean to the left and may be hundreds long, so they are read in a loop."""
        operations: list[exp.SetOperation] = []
        left: exp.Expr = node
        while isinstance(left, exp.SetOperation) and (left is node or not left.args.get("with_")):
            operations.append(left)
            left = left.this
        output = self.output(left, scope)
        for operation in reversed(operations):
            right = self.output(operation.expression, scope)
            output = combined(operation, output, right, self.types, self.trouble)
        return output

    def _select(self, node: exp.Select, around: Scope) -> Output:
        scope = Scope(parent=around, ctes=around.ctes)
        self.from_clause.fill(node, scope)
        output = Output()
        scope.see_aliases = self.dialect in ALIASES_IN_SELECT
        if self.dialect in ALIASES_ANYWHERE:
            for alias in (one for item in node.expressions for one in item.find_all(exp.Alias)):
                self._give(scope, alias.alias, alias.this)
        for item in node.expressions:
            self._item(item, scope, output)
        kind = node.args.get("kind")
        if kind == "VALUE":
            output = Output(stars=[Star(OpaqueSource(NO_COLUMNS))])
        self._clauses(node, scope)
        self._count_rows(node, scope, output)
        if node.args.get("distinct") is not None:
            for value in output.values:
                use(value)
        return output

    def _count_rows(self, node: exp.Select, scope: Scope, output: Output) -> None:
        """Let `count(*)` come from the columns that decide which rows there are to count.

        It names no column, and without this a number of orders would come from nowhere.
        """
        if len(output.values) != len(node.expressions):
            return  # stars stand between the items and their values
        counting = [
            index
            for index, item in enumerate(node.expressions)
            if not output.values[index].sources and item.find(exp.AggFunc)
        ]
        if not counting:
            return
        conditions = [join.args["on"] for join in node.args.get("joins") or () if "on" in join.args]
        conditions += [
            node.args[clause] for clause in ("where", "group", "having") if node.args.get(clause)
        ]
        deciding = self.expressions.made_of([one for one in conditions if one], scope)
        for index in counting:
            output.values[index] = output.values[index]._replace(sources=deciding)

    def _item(self, item: exp.Expr, scope: Scope, output: Output) -> None:
        """One entry of the list: a column, or a star."""
        read = self.expressions.value
        if self._star(item, scope, output):
            return
        value = read(item, scope)
        if isinstance(item, exp.Aliases):
            for part in item.args["expressions"]:
                output.add(part.name, computed(value.sources))
            return
        name = output_name(item, self.dialect)
        if value.type is LITERAL:
            value = value._replace(type=self.types.final(LITERAL))
        if value.copy and isinstance(item, exp.Column):
            name = self._own_spelling(item, value) or name
        output.add(name, value)
        if isinstance(item, exp.Alias):
            scope.aliases[name.casefold()] = value

    def _star(self, item: exp.Expr, scope: Scope, output: Output) -> bool:
        """Add what an entry stands for that is a star of any kind; False when it is none."""
        if isinstance(item, exp.Star):
            stars.expand(item, "", scope, output, self.expressions.value)
        elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            table = item.args["table"].name
            if scope.source(table.casefold()) is not None:
                stars.expand(item.this, table.casefold(), scope, output, self.expressions.value)
            else:  # all fields of a struct
                made_of = self.names.column(scope, table, (), 0).sources
                output.stars.append(Star(OpaqueSource(made_of)))
        elif item.find(exp.Columns, exp.Star) and not item.find(exp.Count, exp.Select):
            self._chosen(item, scope, output)
        else:
            return False
        return True

    def _own_spelling(self, item: exp.Column, value: Value) -> str:
        """DuckDB names an unrenamed column as its table does, others as the query does."""
        if self.dialect != "duckdb":
            return ""
        (column,) = value.sources
        return column.name if column.name.casefold() == item.name.casefold() else ""

    def _chosen(self, item: exp.Expr, scope: Scope, output: Output) -> None:
        """Columns chosen by a pattern: any of those in reach."""
        for source in scope.sources.values():
            source.doubt()
        found = [value for source in scope.sources.values() for _, value in source.columns()]
        for value in found:
            use(value)
        self.expressions.made_of(item.find_all(exp.Literal), scope)
        sources = NO_COLUMNS.union(*(value.sources for value in found))
        self.trouble(f"the columns of {item.sql(self.dialect)} are not known")
        output.stars.append(Star(OpaqueSource(sources)))

    def _clauses(self, node: exp.Select, scope: Scope) -> None:
        """Everything behind FROM that reads columns without giving any."""
        read = self.expressions.value
        args = node.args
        for clause in ("where", "prewhere", "connect", "match"):
            if args.get(clause) is not None:
                read(args[clause], scope)
        scope.see_aliases = True
        for clause in ("group", "having", "qualify"):
            if args.get(clause) is not None:
                read(args[clause], scope)
        for window in args.get("windows") or ():
            read(window, scope)
        scope.aliases_first = True
        for clause in ("order", "sort", "cluster", "distribute", "distinct", "limit", "offset"):
            if args.get(clause) is not None:
                read(args[clause], scope)
        scope.aliases_first = False
