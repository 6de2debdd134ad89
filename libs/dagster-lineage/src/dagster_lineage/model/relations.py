"""Names of relations."""

from __future__ import annotations

_DEFAULT_SCHEMAS = frozenset({"main", "public", "dbo", "default"})
"""Schemas that every database of an engine has."""


def is_location(relation: str) -> bool:
    """Return whether a relation is a path or table function instead of a table name.

    >>> is_location("delta_scan('s3://lake/orders')")
    True
    >>> is_location("lake.shop.orders")
    False
    """
    return "(" in relation or "/" in relation or "'" in relation


def table_of(relation: str) -> str:
    """Return schema and table of a relation with folded case; a file or a function as it is.

    Empty if the name does not identify a table: without a schema (`users`), or in the default
    schema of a database that is not named (`public.users`).

    >>> table_of("Lake.Shop.Orders")
    'shop.orders'
    >>> table_of("users")
    ''
    """
    if is_location(relation):
        return relation
    database, schema, table = ["", "", *relation.casefold().split(".")][-3:]
    if not schema or (not database and schema in _DEFAULT_SCHEMAS):
        return ""
    return f"{schema}.{table}"


def same_relation(relation: str, other: str) -> bool:
    """Return whether two relations may be the same table.

    Case is ignored, because engines fold unquoted names and quotes are not stored. A part that one
    of them lacks (usually the database) is ignored. Files and table functions
    (`delta_scan('s3://…')`) may be any table.
    """
    if relation == other or is_location(relation) or is_location(other):
        return True
    parts = relation.casefold().split(".")[::-1]
    others = other.casefold().split(".")[::-1]
    return all(part == other_part for part, other_part in zip(parts, others, strict=False))
