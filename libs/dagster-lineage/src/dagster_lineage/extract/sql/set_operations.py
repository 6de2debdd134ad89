"""UNION, EXCEPT and INTERSECT: columns by position, or by name where the query says so."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dagster_lineage.extract.sql.sources import Output
from dagster_lineage.extract.sql.type_rules import Types
from dagster_lineage.extract.sql.values import NO_COLUMNS, Value, computed, use


def combined(
    operation: exp.SetOperation,
    left: Output,
    right: Output,
    types: Types,
    trouble: Callable[[str], None],
) -> Output:
    """What a set operation gives.

    Args:
        operation: The operation.
        left: What its left side gives.
        right: What its right side gives.
        types: The dialect's rules.
        trouble: Told what could not be told.
    """
    if operation.args.get("distinct") or not isinstance(operation, exp.Union):
        for value in (*left.values, *right.values):  # compared whole
            use(value)
        left.doubt()
        right.doubt()
    if isinstance(operation, exp.Except):
        return left
    if operation.args.get("by_name"):
        return _by_name(left, right, types)
    if left.open or right.open:
        trouble("a set operation takes columns by position, and a star's are not known")
        return _unknown(left, right)
    if len(left.values) != len(right.values):
        trouble("the sides of a set operation have different numbers of columns")
    values = [
        _both(one, other, types) for one, other in zip(left.values, right.values, strict=False)
    ]
    values += left.values[len(values) :]
    return Output(left.names, values, [*left.stars, *right.stars])


def _both(left: Value, right: Value, types: Types) -> Value:
    """Either side's value: the same column on both sides is still a copy of it."""
    same = left.copy and right.copy and left.sources == right.sources
    known = [value.type for value in (left, right) if value.type or value.sources]
    return Value(left.sources | right.sources, types.common(known), same)


def _by_name(left: Output, right: Output, types: Types) -> Output:
    output = Output(list(left.names), list(left.values), [*left.stars, *right.stars])
    positions = {name.casefold(): position for position, name in enumerate(left.names)}
    for name, value in zip(right.names, right.values, strict=True):
        position = positions.get(name.casefold())
        if position is None:
            output.add(name, value)
        else:
            output.values[position] = _both(output.values[position], value, types)
    return output


def _unknown(left: Output, right: Output) -> Output:
    """Sides whose positions cannot be matched: columns go by name, where a name is known.

    The other side's column of the same name is nearly always the one at the same position, and a
    side whose columns are not known may give any.
    """
    right.doubt()
    by_name = {
        name.casefold(): value for name, value in zip(right.names, right.values, strict=True)
    }
    values = []
    for name, value in zip(left.names, left.values, strict=True):
        other = by_name.get(name.casefold())
        sources = value.sources | (other.sources if other else NO_COLUMNS)
        values.append(computed(sources))
    return Output(list(left.names), values, left.stars)
