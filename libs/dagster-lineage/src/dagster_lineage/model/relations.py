"""What a relation's text tells: the name of a table, or the place of some data."""

from __future__ import annotations


def is_location(relation: str) -> bool:
    """It is where data lies, a path or a table function, and not the name of a table.

    >>> is_location("delta_scan('s3://lake/orders')")
    True
    >>> is_location("lake.shop.orders")
    False
    """
    return "(" in relation or "/" in relation or "'" in relation


def table_of(relation: str) -> str:
    """Schema and table of a relation, folded: what two spellings of one table have in common."""
    folded = relation.casefold()
    _, _, table = folded.partition(".")
    return table if "." in table else folded


def same_relation(relation: str, other: str) -> bool:
    """Whether two relations may be one table.

    Engines fold the case of what is not quoted, and quoting is not kept. A part that one of them
    does not have (a database, mostly) is no difference. Files and table functions
    (`delta_scan('s3://…')`) are no names: which table they are nobody can tell from them.
    """
    if relation == other or is_location(relation) or is_location(other):
        return True
    parts = relation.casefold().split(".")[::-1]
    others = other.casefold().split(".")[::-1]
    return all(part == other_part for part, other_part in zip(parts, others, strict=False))
