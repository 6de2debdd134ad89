"""How an engine calls a column of a query that has no alias."""

from __future__ import annotations

from sqlglot import exp


def output_name(item: exp.Expr, dialect: str) -> str:
    """The name of one entry of a SELECT's list; empty when it cannot be told.

    Args:
        item: The entry.
        dialect: sqlglot's name of the dialect.
    """
    if isinstance(item, exp.Alias):
        return item.alias
    if isinstance(item, exp.Column):
        return item.name
    if isinstance(item, exp.Dot):
        return item.expression.name
    if isinstance(item, exp.Subquery) and item.alias:
        return item.alias
    if dialect == "duckdb" and isinstance(item, exp.Count) and isinstance(item.this, exp.Star):
        return "count_star()"
    if dialect in ("postgres", "redshift") and isinstance(item, exp.Cast):
        return output_name(item.this, dialect)
    if isinstance(item, exp.Paren):
        return output_name(item.this, dialect)
    return ""
