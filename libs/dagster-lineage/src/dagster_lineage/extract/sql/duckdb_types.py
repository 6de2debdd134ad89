"""Types of expressions in DuckDB, taken from its `DESCRIBE` and compared with it in the tests."""

from __future__ import annotations

from dagster_lineage.extract.sql.type_rules import MAX_DIGITS, TypeRules, decimal, decimal_parts
from dagster_lineage.extract.sql.values import LITERAL

_INTEGERS = ("tinyint", "smallint", "integer", "bigint", "hugeint")
_UNSIGNED = ("utinyint", "usmallint", "uinteger", "ubigint")
_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, LITERAL: 10}
_FLOATS = ("float", "double")
_MOMENTS = ("date", "timestamp", "timestamp with time zone")
_FAST_DIGITS = 18
"""Products are kept in 64 bits as long as both factors fit."""


def _number(text: str) -> str:
    if text.isdigit():
        value = int(text)
        return LITERAL if value < 2**31 else "bigint" if value < 2**63 else ""
    if "e" in text.lower():
        return "double"
    whole, _, fraction = text.partition(".")
    digits = len(whole.lstrip("0")) or (1 if whole else 0)
    return decimal(digits + len(fraction), len(fraction))


def _wider(left: str, right: str) -> str:
    if left == right:
        return "integer" if left is LITERAL else left
    for one, other in ((left, right), (right, left)):
        if one is LITERAL and (other in _INTEGERS or other in _UNSIGNED):
            return other
    for ordered in (_INTEGERS, _MOMENTS):
        if left in ordered and right in ordered:
            return ordered[max(ordered.index(left), ordered.index(right))]
    if left in _FLOATS or right in _FLOATS:
        return _floating(left, right)
    digits = _digits_of_both(left, right)
    if digits is None:
        return ""
    whole, scale = digits
    return decimal(min(whole + scale, MAX_DIGITS), min(scale, MAX_DIGITS - whole))


def _floating(left: str, right: str) -> str:
    if "double" in (left, right):
        other = right if left == "double" else left
        return "double" if other in (*_FLOATS, "hugeint") or _parts(other) else ""
    other = right if left == "float" else left
    return "float" if _parts(other) else ""


def _add(left: str, right: str) -> str:
    if left in _MOMENTS and right in _MOMENTS:
        return ""
    if left in _MOMENTS or right in _MOMENTS:
        return _moved(left, right)
    digits = _digits_of_both(left, right)
    if digits and ("(" in left or "(" in right):
        whole, scale = digits
        return decimal(min(whole + scale + 1, MAX_DIGITS), scale)
    return _wider(left, right)


def _subtract(left: str, right: str) -> str:
    if left in _MOMENTS and left == right:
        return "bigint" if left == "date" else "interval"
    return _add(left, right)


def _moved(left: str, right: str) -> str:
    moment, step = (left, right) if left in _MOMENTS else (right, left)
    if step == "interval":
        return "timestamp" if moment == "date" else moment
    return "date" if moment == "date" and step in (LITERAL, "integer") else ""


def _multiply(left: str, right: str) -> str:
    first, second = _parts(left), _parts(right)
    if first and second and ("(" in left or "(" in right):
        scale = first[1] + second[1]
        if scale > MAX_DIGITS:
            return ""
        fast = max(first[0], second[0]) <= _FAST_DIGITS and scale <= _FAST_DIGITS
        return decimal(min(first[0] + second[0], _FAST_DIGITS if fast else MAX_DIGITS), scale)
    return _wider(left, right) if left not in _MOMENTS and right not in _MOMENTS else ""


def _divide(left: str, right: str) -> str:
    if not (_is_number(left) and _is_number(right)):
        return ""
    return "float" if "float" in (left, right) and "double" not in (left, right) else "double"


def _modulo(left: str, right: str) -> str:
    digits = _digits_of_both(left, right)
    return "" if digits and sum(digits) > MAX_DIGITS else _wider(left, right)


def _quotient(left: str, right: str) -> str:
    whole = (*_INTEGERS, LITERAL)
    return _wider(left, right) if left in whole and right in whole else ""


def _sum(type_: str) -> str:
    if type_ in (*_INTEGERS, LITERAL, "boolean"):
        return "hugeint"
    if type_ in _FLOATS:
        return "double"
    found = _parts(type_)
    return decimal(MAX_DIGITS, found[1]) if found else ""


def _average(type_: str) -> str:
    return "double" if _is_number(type_) else ""


def _truncated(type_: str) -> str:
    return "timestamp" if type_ == "date" else type_ if type_ in _MOMENTS else ""


def _rounded(type_: str, digits: str) -> str:
    if type_ in _FLOATS:
        return type_
    found = decimal_parts(type_)
    if found:
        known = not digits or digits.isdigit()
        return decimal(found[0], min(int(digits or 0), found[1])) if known else ""
    return type_ if type_ in _INTEGERS and not digits else ""


def _whole(type_: str) -> str:
    return "double" if type_ in _INTEGERS else _rounded(type_, "")


def _zoned(type_: str) -> str:
    """Return a type without time zone for one with, and the reverse."""
    return {_MOMENTS[1]: _MOMENTS[2], _MOMENTS[2]: _MOMENTS[1]}.get(type_, "")


def _array(type_: str) -> str:
    return f"{'integer' if type_ is LITERAL else type_}[]" if type_ else ""


def _is_number(type_: str) -> bool:
    return type_ in (*_FLOATS, "hugeint") or _parts(type_) is not None


def _parts(type_: str) -> tuple[int, int] | None:
    """Return precision and scale of a decimal, or of an integer as a decimal."""
    digits = _DIGITS.get(type_)
    return decimal_parts(type_) if digits is None else (digits, 0)


def _digits_of_both(left: str, right: str) -> tuple[int, int] | None:
    """Return the digits before and after the point that two decimals have in common."""
    first, second = _parts(left), _parts(right)
    if first is None or second is None:
        return None
    return max(first[0] - first[1], second[0] - second[1]), max(first[1], second[1])


DUCKDB = TypeRules(
    text="varchar",
    boolean="boolean",
    integer="integer",
    long="bigint",
    rank="bigint",
    double="double",
    date="date",
    timestamp="timestamp with time zone",
    part="bigint",
    root="double",
    interval="interval",
    number=_number,
    wider=_wider,
    operators={
        "+": _add,
        "-": _subtract,
        "*": _multiply,
        "/": _divide,
        "%": _modulo,
        "//": _quotient,
    },
    functions={
        "sum": _sum,
        "avg": _average,
        "date_trunc": _truncated,
        "ceil": _whole,
        "at time zone": _zoned,
        "array_agg": _array,
    },
    rounded=_rounded,
    extracted=lambda part: "double" if part.lower() in ("epoch", "julian") else "bigint",
)
