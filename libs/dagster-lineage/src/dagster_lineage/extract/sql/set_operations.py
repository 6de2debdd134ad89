"""Columns of UNION, EXCEPT and INTERSECT: by position, or by name if the query says so."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dagster_lineage.extract.sql.sources import Output
from dagster_lineage.extract.sql.structs import common_fields
from dagster_lineage.extract.sql.type_rules import TypeRules
from dagster_lineage.extract.sql.values import NO_COLUMNS, Value, computed, record_use


def combined(
    operation: exp.SetOperation,
    left: Output,
    right: Output,
    types: TypeRules,
    report: Callable[[str], None],
) -> Output:
    """Return the columns of a set operation.

    Args:
        operation: The operation.
        left: Columns of its left side.
        right: Columns of its right side.
        types: Rules of the dialect.
        report: Called with a sentence on what is unknown.
    """
    if operation.args.get("distinct") or not isinstance(operation, exp.Union):
        for side in (left, right):  # whole rows are compared
            record_use(side.values)
            side.record_unknown_use()
    if isinstance(operation, exp.Except):
        return left
    if operation.args.get("by_name"):
        return _by_name(operation, left, right, types)
    if left.open_stars or right.open_stars:
        report("a set operation takes columns by position, and those of a star are unknown")
        return _by_likely_name(left, right)
    if len(left.values) != len(right.values):
        report("the sides of a set operation have different numbers of columns")
    values = [_both(*sides, types) for sides in zip(left.values, right.values, strict=False)]
    values += left.values[len(values) :]
    return Output(left.names, values, [*left.stars, *right.stars])


def _both(left: Value, right: Value, types: TypeRules) -> Value:
    """Return the value of either side. A column on both sides is still a copy of it."""
    same = left.copy and right.copy and left.sources == right.sources
    known = [value.type for value in (left, right) if value.type or value.sources]
    fields = common_fields((left, right))
    return Value(left.sources | right.sources, types.common(known), same, fields)


def _by_name(operation: exp.SetOperation, left: Output, right: Output, types: TypeRules) -> Output:
    """Match columns by name: those of both sides, or of one side if the query says so."""
    output = _of_either_side(left, right, types)
    side, kind = (str(operation.args.get(word) or "").upper() for word in ("side", "kind"))
    listed = [part.name for part in operation.args.get("on") or ()]
    kept = [set(map(str.casefold, listed))] if listed else []
    if side == "LEFT" or kind == "INNER":
        kept += [{name.casefold() for name in left.names}] if not left.open else []
    if kind == "INNER":
        kept += [{name.casefold() for name in right.names}] if not right.open else []
    chosen = [
        (name, value)
        for name, value in output.columns()
        if all(name.casefold() in names for names in kept)
    ]
    names, values = [name for name, _ in chosen], [value for _, value in chosen]
    return Output(names, values, () if listed else output.stars)


def _of_either_side(left: Output, right: Output, types: TypeRules) -> Output:
    output = Output(left.names, left.values, [*left.stars, *right.stars])
    positions = {name.casefold(): position for position, name in enumerate(left.names)}
    for name, value in right.columns():
        position = positions.get(name.casefold())
        if position is None:
            output.add(name, value)
        else:
            output.values[position] = _both(output.values[position], value, types)
    return output


def _by_likely_name(left: Output, right: Output) -> Output:
    """Match columns by name, if the positions of one side are unknown.

    The column with the same name is almost always at the same position. Any column of a side whose
    columns are unknown may be used.
    """
    right.record_unknown_use()
    by_name = {name.casefold(): value.sources for name, value in right.columns()}
    values = [
        computed(value.sources | by_name.get(name.casefold(), NO_COLUMNS))
        for name, value in left.columns()
    ]
    return Output(left.names, values, left.stars)
