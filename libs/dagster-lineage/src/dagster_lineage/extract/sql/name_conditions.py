"""Conditions on the names of columns: the pattern or lambda of DuckDB's `columns(…)`."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

_TEXTS: dict[type[exp.Expr], Callable[[str], str]] = {exp.Lower: str.lower, exp.Upper: str.upper}
_COMPARISONS: dict[type[exp.Expr], Callable[[str, str], bool]] = {
    exp.EQ: lambda left, right: left == right,
    exp.NEQ: lambda left, right: left != right,
    exp.Like: lambda left, right: like_pattern(right).fullmatch(left) is not None,
    exp.ILike: lambda left, right: like_pattern(right, re.IGNORECASE).fullmatch(left) is not None,
    exp.StartsWith: str.startswith,
    exp.EndsWith: str.endswith,
    exp.Contains: lambda left, right: right in left,
    exp.RegexpLike: lambda left, right: re.search(right, left) is not None,
}


def names_fulfilling(condition: exp.Lambda, names: list[str]) -> list[str] | None:
    """Return the names for which a lambda is true; None if it cannot be evaluated."""
    if len(condition.expressions) != 1:
        return None
    parameter = condition.expressions[0].name
    try:
        return [name for name in names if _holds(condition.this, parameter, name)]
    except (ValueError, re.error):
        return None


def names_matching(regex: str, names: list[str]) -> list[str] | None:
    """Return the names that contain a match of a pattern; None if the pattern is invalid."""
    try:
        return [name for name in names if re.search(regex, name)]
    except re.error:
        return None


def like_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return the regular expression of a LIKE pattern, to be matched in full."""
    wildcards = {"%": ".*", "_": "."}
    letters = (wildcards.get(letter, re.escape(letter)) for letter in text)
    return re.compile("".join(letters), flags | re.DOTALL)


def _holds(condition: exp.Expr, parameter: str, name: str) -> bool:
    """Return whether a condition is true for a name.

    Raises:
        ValueError: It has an expression that is not supported.
    """
    if isinstance(condition, exp.Paren):
        return _holds(condition.this, parameter, name)
    if isinstance(condition, exp.Not):
        return not _holds(condition.this, parameter, name)
    if isinstance(condition, (exp.And, exp.Or)):
        sides = [_holds(side, parameter, name) for side in (condition.left, condition.right)]
        return all(sides) if isinstance(condition, exp.And) else any(sides)
    if isinstance(condition, exp.In) and condition.expressions:
        listed = [_text(one, parameter, name) for one in condition.expressions]
        return _text(condition.this, parameter, name) in listed
    compare = _COMPARISONS.get(type(condition))
    if compare is None or set(filter(condition.args.get, condition.args)) != {"this", "expression"}:
        raise ValueError(condition)
    left, right = (_text(condition.args[side], parameter, name) for side in ("this", "expression"))
    return compare(left, right)


def _text(node: exp.Expr, parameter: str, name: str) -> str:
    if isinstance(node, (exp.Identifier, exp.Column)) and node.name == parameter:
        return name
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.name)
    convert = _TEXTS.get(type(node))
    if convert is None:
        raise ValueError(node)
    return convert(_text(node.this, parameter, name))
