"""How an engine calls a column of a query that has no alias."""

from __future__ import annotations

from sqlglot import exp

KEEPS_NAME_IN_CAST = frozenset({"postgres", "redshift"})


def output_name(item: exp.Expr, dialect: str) -> str:
    """The name of one entry of a SELECT's list; empty when it cannot be told.

    Args:
        item: The entry.
        dialect: sqlglot's name of the dialect.
    """
    if isinstance(item, (exp.Alias, exp.Subquery)):
        return str(item.alias)
    if isinstance(item, exp.Column):
        return item.name
    if isinstance(item, exp.Dot):
        return str(item.expression.name)
    if dialect == "duckdb" and isinstance(item, exp.Count) and isinstance(item.this, exp.Star):
        return "count_star()"
    transparent = (exp.Paren, exp.Cast) if dialect in KEEPS_NAME_IN_CAST else exp.Paren
    return output_name(item.this, dialect) if isinstance(item, transparent) else ""
