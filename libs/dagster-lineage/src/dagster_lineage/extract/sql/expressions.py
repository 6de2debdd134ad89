"""Values of expressions: one visit per node, from the leaves up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from dagster_lineage.extract.sql.function_types import COMMON, FIXED, OF_FIRST, OPERATORS
from dagster_lineage.extract.sql.nested_values import array, exploded, part, struct
from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import Output, columns_of_all
from dagster_lineage.extract.sql.structs import (
    also_from,
    cast_fields,
    common_fields,
    list_of,
    named_fields,
)
from dagster_lineage.extract.sql.type_spelling import type_name
from dagster_lineage.extract.sql.values import (
    NO_COLUMNS,
    NOTHING,
    Fields,
    TracedColumn,
    Value,
    computed,
    record_use,
    sources_of,
)

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.queries import Queries


class Expressions:
    """Reads the expressions of one statement.

    Args:
        queries: Reads the subqueries, and has the dialect and the names of the statement.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.dialect = queries.dialect
        self._types = queries.dialect.types
        self._column_named = queries.names.column

    def value(self, node: exp.Expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        reader = self._readers.get(type(node))
        return reader(self, node, scope) if reader else self._plain(node, scope)

    def columns_in(self, nodes: Iterable[exp.Expr], scope: Scope) -> frozenset[TracedColumn]:
        """Return the upstream columns in several expressions."""
        found = [sources for node in nodes if (sources := self.value(node, scope).sources)]
        return found[0] if len(found) == 1 else NO_COLUMNS.union(*found)

    def _plain(self, node: exp.Expr, scope: Scope) -> Value:
        """Read a node whose type does not depend on those of its parts."""
        field = FIXED.get(type(node))
        type_ = getattr(self._types, field) if field else ""
        return computed(self.columns_in(node.iter_expressions(), scope), type_)

    def _of_first(self, node: exp.Expr, scope: Scope) -> Value:
        first = node.args.get("this")
        value = self.value(first, scope) if isinstance(first, exp.Expr) else NOTHING
        others = (part for part in node.iter_expressions() if part is not first)
        rule = OF_FIRST[type(node)]
        type_ = self._types.function(rule, value.type) if rule else value.type
        rest = self.columns_in(others, scope)
        fields = list_of(value, self.dialect.name) if rule == "array_agg" else value.fields
        return computed(value.sources | rest, type_, also_from(fields, rest) if rest else fields)

    def _of_all(self, node: exp.Expr, scope: Scope) -> Value:
        return self._common(node.iter_expressions(), scope)

    def _common(
        self,
        results: Iterable[exp.Expr],
        scope: Scope,
        conditions: Sequence[exp.Expr] = (),
    ) -> Value:
        """Read an expression that returns one of several results."""
        deciding = self.columns_in(conditions, scope) if conditions else NO_COLUMNS
        values = [(node, self.value(node, scope)) for node in results]
        return computed(
            deciding | sources_of(value for _, value in values),
            self._types.common(
                value.type for node, value in values if not isinstance(node, exp.Null)
            ),
            also_from(common_fields([value for _, value in values]), deciding),
        )

    def _case(self, node: exp.Expr, scope: Scope) -> Value:
        branches = node.args.get("ifs") or []
        default = node.args.get("default")
        results = [branch.args["true"] for branch in branches] + ([default] if default else [])
        subject = [node.this] if node.this is not None else []
        return self._common(results, scope, [*(branch.this for branch in branches), *subject])

    def _if(self, node: exp.Expr, scope: Scope) -> Value:
        otherwise = node.args.get("false")
        results = [node.args["true"], *([otherwise] if otherwise else [])]
        return self._common(results, scope, (node.this,))

    def _in(self, node: exp.Expr, scope: Scope) -> Value:
        field = node.args.get("field")
        if not self.dialect.in_table or not isinstance(field, exp.Column):
            return self._plain(node, scope)
        parts = dict(zip(("this", "db", "catalog"), reversed(field.parts), strict=False))
        table = exp.Table(**{name: part.copy() for name, part in parts.items()})
        listed = self._used(self._queries.output(table, scope))
        return computed(self.value(node.this, scope).sources | listed, self._types.boolean)

    def _column(self, node: exp.Expr, scope: Scope) -> Value:
        args = node.args
        this = args["this"]
        if isinstance(this, exp.Identifier):
            qualifiers = tuple(
                part.name
                for part in (args.get("catalog"), args.get("db"), args.get("table"))
                if part
            )
            return self._column_named(scope, this.name, qualifiers)
        table = args.get("table")
        source = scope.source(table.name.casefold()) if table is not None else None
        if source is None:
            return NOTHING
        value = computed(columns_of_all((source,)))
        record_use((value,))
        source.record_unknown_use()
        return value

    def _cast(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        target = node.args["to"]
        type_ = type_name(target, self.dialect.name) if isinstance(target, exp.DataType) else ""
        copy = inner.copy and bool(type_) and type_ == inner.type
        return Value(inner.sources, type_, copy, cast_fields(inner, type_, self.dialect.name))

    def _wrapped(self, node: exp.Expr, scope: Scope) -> Value:
        return self.value(node.this, scope)

    def _window(self, node: exp.Expr, scope: Scope) -> Value:
        value = self._of_first(node, scope)
        named = scope.windows.get(node.alias.casefold())
        if named is None:
            return value
        sources = self.value(named, scope).sources
        return computed(value.sources | sources, value.type, also_from(value.fields, sources))

    def _leaf(self, _node: exp.Expr, _scope: Scope) -> Value:
        return NOTHING

    def _literal(self, node: exp.Expr, _scope: Scope) -> Value:
        is_text = node.args["is_string"]
        return computed(NO_COLUMNS, self._types.text if is_text else self._types.number(node.name))

    def _logical(self, node: exp.Expr, scope: Scope) -> Value:
        return computed(self.columns_in(_operands(node), scope), self._types.boolean)

    def _arithmetic(self, node: exp.Expr, scope: Scope) -> Value:
        first, *rest = [self.value(operand, scope) for operand in _operands(node)]
        operator, sources, type_ = OPERATORS[type(node)], first.sources, first.type
        for value in rest:
            sources |= value.sources
            type_ = self._types.operation(operator, type_, value.type)
        return computed(sources, type_)

    def _concatenation(self, node: exp.Expr, scope: Scope) -> Value:
        values = [self.value(operand, scope) for operand in _operands(node)]
        text = self._types.text
        return computed(sources_of(values), text if all(one.type == text for one in values) else "")

    def _round(self, node: exp.Expr, scope: Scope) -> Value:
        value, digits = self.value(node.this, scope), node.args.get("decimals")
        if digits is None:
            return computed(value.sources, self._types.rounded(value.type, ""))
        known = isinstance(digits, exp.Literal)
        type_ = self._types.rounded(value.type, digits.name) if known else ""
        return computed(value.sources | self.value(digits, scope).sources, type_)

    def _extract(self, node: exp.Expr, scope: Scope) -> Value:
        sources = self.value(node.expression, scope).sources
        return computed(sources, self._types.extracted(node.name))

    def _query(self, node: exp.Expr, scope: Scope) -> Value:
        output = self._queries.output(node, scope)
        type_ = ""
        fields: Fields = ()
        if node.args.get("kind") == "STRUCT" and not output.open:
            fields = named_fields(output.names, output.values)
        elif len(output.values) == 1:
            type_, fields = output.values[0].type, output.values[0].fields
        return computed(self._used(output), type_, fields)

    def _exists(self, node: exp.Expr, scope: Scope) -> Value:
        """Read EXISTS, which is computed from the columns that decide which rows there are."""
        output = self._queries.output(node.this, scope)
        return computed(output.deciding, self._types.boolean)

    def _used(self, output: Output) -> frozenset[TracedColumn]:
        """Record that all columns of a query are used, and return what they are computed from."""
        record_use(output.values)
        output.record_unknown_use()
        return sources_of(output.values)

    def _lambda(self, node: exp.Expr, scope: Scope) -> Value:
        return self._with_locals(node, node.expressions, scope)

    def _comprehension(self, node: exp.Expr, scope: Scope) -> Value:
        position = node.args.get("position")
        return self._with_locals(node, [node.expression, *([position] if position else [])], scope)

    def _with_locals(self, node: exp.Expr, names: list[exp.Expr], scope: Scope) -> Value:
        """Read an expression whose parameters hide columns."""
        inner = Scope(parent=scope, ctes=scope.ctes)
        inner.merged = {part.name.casefold(): NOTHING for part in names}
        return computed(self.columns_in(node.iter_expressions(), inner))

    _readers: ClassVar[dict[type[exp.Expr], Callable[[Expressions, exp.Expr, Scope], Value]]] = {
        **dict.fromkeys(
            (exp.Identifier, exp.Var, exp.DataType, exp.Star, exp.Null, exp.JSONPath),
            _leaf,
        ),
        **dict.fromkeys((exp.Paren, exp.Alias, exp.Ordered), _wrapped),
        **dict.fromkeys((exp.Cast, exp.TryCast), _cast),
        **dict.fromkeys((exp.And, exp.Or), _logical),
        **dict.fromkeys((exp.Subquery, exp.Select, exp.Union, exp.Except, exp.Intersect), _query),
        **dict.fromkeys(OPERATORS, _arithmetic),
        **dict.fromkeys(OF_FIRST, _of_first),
        **dict.fromkeys(COMMON, _of_all),
        exp.Column: _column,
        exp.Literal: _literal,
        exp.Case: _case,
        exp.If: _if,
        exp.DPipe: _concatenation,
        exp.Round: _round,
        exp.Extract: _extract,
        exp.Exists: _exists,
        exp.Window: _window,
        exp.Struct: struct,
        exp.Array: array,
        **dict.fromkeys((exp.Dot, exp.Bracket, exp.StructExtract), part),
        exp.Explode: exploded,
        exp.In: _in,
        exp.Lambda: _lambda,
        exp.Comprehension: _comprehension,
    }


def _operands(node: exp.Expr) -> list[exp.Expr]:
    """Return the operands of a chain of one operator, which may be thousands long."""
    kind, operands = type(node), []
    while type(node) is kind:
        operands.append(node.args["expression"])
        node = node.args["this"]
    return [node, *reversed(operands)]
