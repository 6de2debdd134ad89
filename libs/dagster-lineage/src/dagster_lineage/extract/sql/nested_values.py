"""Values of expressions that build structs and lists, and that read parts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.structs import (
    also_from,
    common_fields,
    element_of,
    field_of,
    list_of,
)
from dagster_lineage.extract.sql.values import Value, computed, sources_of

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.expressions import Expressions
    from dagster_lineage.extract.sql.scope import Scope


def struct(expressions: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """Read an expression that builds a struct."""
    names, values = [], []
    for part in node.expressions:
        names.append(_name_of_field(part))
        inner = part.expression if isinstance(part, exp.PropertyEQ) else part
        values.append(expressions.value(inner, scope))
    return computed(sources_of(values), "", tuple(zip(names, values, strict=True)))


def array(expressions: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """Read an expression that builds a list."""
    values = [expressions.value(part, scope) for part in node.expressions]
    element = computed(sources_of(values), "", common_fields(values))
    return computed(element.sources, "", list_of(element, expressions.dialect.name))


def part(expressions: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """Read `struct.field`, `struct['field']` or `list[1]`."""
    value = expressions.value(node.this, scope)
    key, *others = node.expressions or [node.expression]
    if isinstance(key, exp.Identifier) or key.is_string:
        return field_of(value, key.name, expressions.dialect.name)
    sources = value.sources | expressions.columns_in((key, *others), scope)
    element = None if others else element_of(value, expressions.dialect.name)
    if element is None or isinstance(key, exp.Slice):
        return computed(sources)
    return computed(sources, element.type, also_from(element.fields, sources - value.sources))


def exploded(expressions: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """Read `explode(list)` or `unnest(list)` in a SELECT: one row per element."""
    value = expressions.value(node.this, scope)
    return element_of(value, expressions.dialect.name) or computed(value.sources)


def _name_of_field(part: exp.Expr) -> str:
    """Return the name of a field where a struct is built; empty if it has none."""
    if isinstance(part, exp.PropertyEQ):
        return str(part.this.name)
    return str(part.alias_or_name) if isinstance(part, (exp.Alias, exp.Column)) else ""
