"""What an expression is made of: one visit per node, from the leaves up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from sqlglot import exp

from dagster_lineage.extract.sql.functions import ARGUMENT, COMMON, FIXED
from dagster_lineage.extract.sql.scope import Names, Scope
from dagster_lineage.extract.sql.sources import Output
from dagster_lineage.extract.sql.type_names import type_name
from dagster_lineage.extract.sql.type_rules import Types
from dagster_lineage.extract.sql.values import NO_COLUMNS, NOTHING, Upstream, Value, computed, use


class Queries(Protocol):
    """Reads the queries inside expressions."""

    def output(self, node: exp.Expr, scope: Scope) -> Output:
        """What a query gives whose surroundings are a scope."""


class Expressions:
    """Reads expressions of one query.

    Args:
        queries: Reads the subqueries.
        names: Resolves column names.
        types: The dialect's rules.
    """

    def __init__(self, queries: Queries, names: Names, types: Types) -> None:
        self.queries = queries
        self.names = names
        self.types = types
        self._readers = self._by_kind()

    def _by_kind(self) -> dict[type[exp.Expr], Reader]:
        """What reads which kind of node; the others are as much as their parts."""
        return {
            exp.Column: self._column,
            exp.Literal: self._literal,
            exp.Identifier: self._leaf,
            exp.Var: self._leaf,
            exp.DataType: self._leaf,
            exp.Star: self._leaf,
            exp.Null: self._leaf,
            exp.JSONPath: self._leaf,
            exp.Paren: self._wrapped,
            exp.Alias: self._wrapped,
            exp.Ordered: self._wrapped,
            exp.Cast: self._cast,
            exp.TryCast: self._cast,
            exp.Case: self._case,
            exp.If: self._if,
            exp.And: self._logical,
            exp.Or: self._logical,
            exp.DPipe: self._joined_text,
            exp.Neg: self._negative,
            exp.Round: self._round,
            exp.Extract: self._extracted,
            exp.Window: self._window,
            exp.Filter: self._filtered,
            exp.Subquery: self._query,
            exp.Select: self._query,
            exp.Union: self._query,
            exp.Except: self._query,
            exp.Intersect: self._query,
            exp.Exists: self._exists,
            exp.In: self._in,
            exp.Lambda: self._lambda,
            exp.Comprehension: self._comprehension,
            **dict.fromkeys(ARITHMETIC, self._arithmetic),
            **dict.fromkeys(RULES, self._by_rule),
        }

    def value(self, node: exp.Expr, scope: Scope) -> Value:
        """What one expression is made of."""
        reader = self._readers.get(type(node))
        return reader(node, scope) if reader is not None else self._any(node, scope)

    def made_of(self, nodes: Iterable[exp.Expr], scope: Scope) -> frozenset[Upstream]:
        """The columns in several expressions."""
        found = [sources for node in nodes if (sources := self.value(node, scope).sources)]
        return found[0] if len(found) == 1 else NO_COLUMNS.union(*found)

    def _any(self, node: exp.Expr, scope: Scope) -> Value:
        kind = type(node)
        if kind in ARGUMENT:
            first = node.args.get("this")
            value = self.value(first, scope) if isinstance(first, exp.Expr) else NOTHING
            rest = self.made_of(
                (part for part in node.iter_expressions() if part is not first), scope
            )
            return computed(value.sources | rest, value.type)
        if kind in COMMON:
            return self._common(list(node.iter_expressions()), scope)
        word = FIXED.get(kind)
        type_ = getattr(self.types.words, word) if word else ""
        return computed(self.made_of(node.iter_expressions(), scope), type_)

    def _common(
        self,
        results: Iterable[exp.Expr],
        scope: Scope,
        besides: frozenset[Upstream] = NO_COLUMNS,
    ) -> Value:
        """Of something that gives one of several results."""
        sources, types = besides, []
        for node in results:
            value = self.value(node, scope)
            sources |= value.sources
            if not isinstance(node, exp.Null):
                types.append(value.type)
        return computed(sources, self.types.common(types))

    def _in(self, node: exp.Expr, scope: Scope) -> Value:
        """`x in t`: to ClickHouse the right side is a table, to others a column."""
        field = node.args.get("field")
        if self.types.dialect != "clickhouse" or not isinstance(field, exp.Column):
            return self._any(node, scope)
        names = dict(zip(("this", "db", "catalog"), reversed(field.parts), strict=False))
        table = exp.Table(**{name: part.copy() for name, part in names.items()})
        listed = self.queries.output(table, scope)
        for value in listed.values:
            use(value)
        listed.doubt()
        tested = self.value(node.this, scope).sources
        made_of = tested.union(*(value.sources for value in listed.values))
        return computed(made_of, self.types.words.boolean)

    def _column(self, node: exp.Expr, scope: Scope) -> Value:
        args = node.args
        this = args["this"]
        if not isinstance(this, exp.Identifier):
            table = args.get("table")
            source = scope.source(table.name.casefold()) if table is not None else None
            if source is None:
                return NOTHING
            value = computed(NO_COLUMNS.union(*(one.sources for _, one in source.columns())))
            use(value)
            source.doubt()
            return value
        qualifiers = tuple(
            part.name for part in (args.get("catalog"), args.get("db"), args.get("table")) if part
        )
        return self.names.column(scope, this.name, qualifiers, int(this.meta.get("line", 0)))

    def _cast(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        target = node.args["to"]
        type_ = type_name(target, self.types.dialect) if isinstance(target, exp.DataType) else ""
        return Value(inner.sources, type_, copy=inner.copy and bool(type_) and type_ == inner.type)

    def _wrapped(self, node: exp.Expr, scope: Scope) -> Value:
        return self.value(node.this, scope)

    def _leaf(self, _node: exp.Expr, _scope: Scope) -> Value:
        return NOTHING

    def _literal(self, node: exp.Expr, _scope: Scope) -> Value:
        if node.args["is_string"]:
            return computed(NO_COLUMNS, self.types.words.text)
        return computed(NO_COLUMNS, self.types.number(node.name))

    def _case(self, node: exp.Expr, scope: Scope) -> Value:
        branches = node.args.get("ifs") or []
        results = [branch.args["true"] for branch in branches]
        default = node.args.get("default")
        conditions = [branch.this for branch in branches]
        if node.this is not None:
            conditions.append(node.this)
        besides = self.made_of(conditions, scope)
        return self._common([*results, default] if default else results, scope, besides)

    def _if(self, node: exp.Expr, scope: Scope) -> Value:
        otherwise = node.args.get("false")
        results = [node.args["true"], *([otherwise] if otherwise else [])]
        return self._common(results, scope, self.made_of((node.this,), scope))

    def _sides(self, node: exp.Expr, scope: Scope) -> list[Value]:
        """The operands of a chain of one operator, without a call per link."""
        kind, rights = type(node), []
        while type(node) is kind:
            rights.append(node.args["expression"])
            node = node.args["this"]
        return [self.value(part, scope) for part in (node, *reversed(rights))]

    def _logical(self, node: exp.Expr, scope: Scope) -> Value:
        sources = NO_COLUMNS.union(*(side.sources for side in self._sides(node, scope)))
        return computed(sources, self.types.words.boolean)

    def _arithmetic(self, node: exp.Expr, scope: Scope) -> Value:
        first, *rest = self._sides(node, scope)
        type_, rule = first.type, ARITHMETIC[type(node)]
        sources = first.sources
        for side in rest:
            sources |= side.sources
            type_ = rule(self.types, type_, side.type)
        return computed(sources, type_)

    def _joined_text(self, node: exp.Expr, scope: Scope) -> Value:
        sides = self._sides(node, scope)
        sources = NO_COLUMNS.union(*(side.sources for side in sides))
        text = self.types.words.text
        certain = bool(text) and all(side.type == text for side in sides)
        return computed(sources, text if certain else "")

    def _negative(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        return computed(inner.sources, inner.type)

    def _round(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        digits = node.args.get("decimals")
        sources = inner.sources | (self.value(digits, scope).sources if digits else NO_COLUMNS)
        known = digits is None or isinstance(digits, exp.Literal)
        text = digits.name if digits is not None else None
        return computed(sources, self.types.rounded(inner.type, text) if known else "")

    def _extracted(self, node: exp.Expr, scope: Scope) -> Value:
        seconds = node.name.lower() in ("epoch", "julian")
        words = self.types.words
        type_ = (words.root if seconds else words.part) if self.types.duckdb else ""
        return computed(self.value(node.expression, scope).sources, type_)

    def _by_rule(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        rest = self.made_of(
            (part for part in node.iter_expressions() if part is not node.this), scope
        )
        return computed(inner.sources | rest, RULES[type(node)](self.types, inner.type))

    def _window(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        rest = self.made_of(
            (part for part in node.iter_expressions() if part is not node.this), scope
        )
        return computed(inner.sources | rest, inner.type)

    def _filtered(self, node: exp.Expr, scope: Scope) -> Value:
        inner = self.value(node.this, scope)
        condition = self.value(node.expression, scope)
        return computed(inner.sources | condition.sources, inner.type)

    def _query(self, node: exp.Expr, scope: Scope) -> Value:
        output = self.queries.output(node, scope)
        for value in output.values:
            use(value)
        output.doubt()
        sources = NO_COLUMNS.union(*(value.sources for value in output.values))
        type_ = output.values[0].type if len(output.values) == 1 else ""
        return computed(sources, type_)

    def _exists(self, node: exp.Expr, scope: Scope) -> Value:
        self.queries.output(node.this, scope)
        return computed(NO_COLUMNS, self.types.words.boolean)

    def _lambda(self, node: exp.Expr, scope: Scope) -> Value:
        return self._with_locals(node, [part.name for part in node.expressions], scope)

    def _comprehension(self, node: exp.Expr, scope: Scope) -> Value:
        names = [node.expression.name]
        position = node.args.get("position")
        if position is not None:
            names.append(position.name)
        return self._with_locals(node, names, scope)

    def _with_locals(self, node: exp.Expr, names: list[str], scope: Scope) -> Value:
        """Of something whose parameters hide columns."""
        inner = Scope(parent=scope, ctes=scope.ctes)
        inner.merged = {name.casefold(): NOTHING for name in names}
        return computed(self.made_of(node.iter_expressions(), inner))


Reader = Callable[[exp.Expr, Scope], Value]
ARITHMETIC: dict[type[exp.Expr], Callable[[Types, str, str], str]] = {
    exp.Add: Types.add,
    exp.Sub: lambda types, left, right: types.add(left, right, minus=True),
    exp.Mul: Types.multiply,
    exp.Div: Types.divide,
    exp.Mod: Types.modulo,
    exp.IntDiv: Types.quotient,
}
RULES: dict[type[exp.Expr], Callable[[Types, str], str]] = {
    exp.Sum: Types.total,
    exp.Avg: Types.mean,
    exp.DateTrunc: Types.truncated,
    exp.TimestampTrunc: Types.truncated,
    exp.Ceil: Types.whole,
    exp.Floor: Types.whole,
    exp.AtTimeZone: Types.zoned,
    exp.ArrayAgg: Types.listed,
}
"""Functions whose type follows from that of their first operand."""
