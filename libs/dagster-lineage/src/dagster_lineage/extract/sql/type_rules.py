"""Types of expressions, which an engine derives from the types of the operands.

A wrong type would be a false finding in every reader, so a rule exists only where the engine's
answer is certain. Otherwise the type is unknown: an empty text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from dagster_lineage.extract.sql.values import LITERAL

MAX_DIGITS = 38
_SAME_FOR_OPERANDS = ("bigint", "double", "int64", "float64")
"""Types that `+`, `-` and `*` keep in every engine."""
_ACCEPT_LITERALS = ("bigint", "int64", "double", "float64", "double precision", "numeric")
"""Types to which every engine casts an integer literal."""


def _common(left: str, right: str) -> str:
    """Return the type of both operands, or that of the one that is not a literal."""
    if left == right:
        return left
    for one, other in ((left, right), (right, left)):
        if one is LITERAL and other in _ACCEPT_LITERALS:
            return other
    return ""


def _of_operands(left: str, right: str) -> str:
    return left if left == right and left in _SAME_FOR_OPERANDS else ""


def _number(text: str) -> str:
    return LITERAL if text.isdigit() else ""


def _unknown(*_: str) -> str:
    return ""


OPERATORS: Mapping[str, Callable[[str, str], str]] = dict.fromkeys("+-*", _of_operands)
"""Operators with the same rule in every engine."""


@dataclass(frozen=True, kw_only=True)
class TypeRules:
    """Types of functions and operators in one dialect. An empty text is an unknown type."""

    text: str = ""
    boolean: str = ""
    integer: str = ""
    """An integer literal."""
    long: str = ""
    """`count`."""
    rank: str = ""
    """`row_number` and other rankings."""
    double: str = ""
    date: str = ""
    timestamp: str = ""
    """`current_timestamp`."""
    part: str = ""
    """Lengths, parts of dates, and differences between dates."""
    root: str = ""
    """`sqrt`, `ln`, `random` and similar functions."""
    interval: str = ""
    number: Callable[[str], str] = _number
    """Type of a numeric literal, from its text."""
    wider: Callable[[str, str], str] = _common
    """Type that two different types have in common."""
    operators: Mapping[str, Callable[[str, str], str]] = field(default_factory=lambda: OPERATORS)
    """By arithmetic operator: the type of its result, from those of both operands."""
    functions: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """By function: its type, from that of its first argument."""
    rounded: Callable[[str, str], str] = _unknown
    """Type of `round`, from that of the number and the text of a literal second argument."""
    extracted: Callable[[str], str] = _unknown
    """Type of `extract`, from the name of the part."""

    def final(self, type_: str) -> str:
        """Return the type of a column: a literal has its own type by then."""
        return self.integer if type_ is LITERAL else type_

    def common(self, types: Iterable[str]) -> str:
        """Return the type of `coalesce`, `case` or a set operation over operands of these types.

        The type of NULL is not one of them.
        """
        distinct = dict.fromkeys(types)
        if not distinct or "" in distinct:
            return ""
        first, *rest = distinct
        for other in rest:
            first = self.wider(first, other)
        return self.final(first)

    def operation(self, operator: str, left: str, right: str) -> str:
        """Return the type of an arithmetic operation."""
        rule = self.operators.get(operator)
        return rule(left, right) if rule else ""

    def function(self, name: str, type_: str) -> str:
        """Return the type of a function whose first argument has a type."""
        rule = self.functions.get(name)
        return rule(type_) if rule else ""


def decimal(precision: int, scale: int) -> str:
    """Return the name of a decimal type."""
    return f"decimal({precision},{scale})"


def decimal_parts(type_: str) -> tuple[int, int] | None:
    """Return precision and scale of a decimal type; None for any other type."""
    if not type_.startswith("decimal("):
        return None
    precision, _, scale = type_[8:-1].partition(",")
    return int(precision), int(scale or 0)
