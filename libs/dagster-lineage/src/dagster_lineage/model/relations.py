"""Names of relations."""

from __future__ import annotations


def is_location(relation: str) -> bool:
    """Return whether a relation is a path or table function instead of a table name.

    >>> is_location("delta_scan('s3://lake/orders')")
    True
    >>> is_location("lake.shop.orders")
    False
    """
    return "(" in relation or "/" in relation or "'" in relation


def table_of(relation: str) -> str:
    """Return schema and table of a relation with folded case."""
    folded = relation.casefold()
    _, _, table = folded.partition(".")
    return table if "." in table else folded


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
