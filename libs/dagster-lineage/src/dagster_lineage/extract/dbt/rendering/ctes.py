"""Puts ephemeral models into the query that refers to them, as CTEs."""

from __future__ import annotations

import re

PREFIX = "__dbt__cte__"
BLANK = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
WITH = re.compile(r"with\s+(recursive\s+)?", re.IGNORECASE)


def cte_name(model: str) -> str:
    """The name under which a query refers to an ephemeral model."""
    return PREFIX + model


def with_ctes(sql: str, ctes: dict[str, str]) -> str:
    """A query with CTEs before its own.

    Args:
        sql: The query.
        ctes: Text by name, each after those that it refers to.
    """
    if not ctes:
        return sql
    texts = ", ".join(f"{name} as (\n{text}\n)" for name, text in ctes.items())
    blank = BLANK.match(sql)
    start = blank.end() if blank else 0
    own = WITH.match(sql, start)
    if own is None:
        return f"{sql[:start]}with {texts} {sql[start:]}"
    return f"{sql[: own.end()]}{texts}, {sql[own.end() :]}"
