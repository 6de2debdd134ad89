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
