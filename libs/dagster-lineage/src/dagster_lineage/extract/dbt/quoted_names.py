"""Names in quotes, as dbt projects and their engines write them."""

from __future__ import annotations

import re

_PART = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^\s."`\[\]()\']+)')


def unquoted(rendered: str) -> str:
    """Return a relation or column without quotes; other text (a file's path) is unchanged.

    >>> unquoted('"shop"."main"."Fact ""Orders"')
    'shop.main.Fact "Orders'
    >>> unquoted("`project-1`.`sales`.`orders`")
    'project-1.sales.orders'
    >>> unquoted("`Employee ID`")
    'Employee ID'
    >>> unquoted("read_csv('orders.csv')")
    "read_csv('orders.csv')"
    """
    parts: list[str] = []
    position = 0
    while found := _PART.match(rendered, position):
        double, back, square, plain = found.groups()
        parts.append(double.replace('""', '"') if double is not None else back or square or plain)
        position = found.end()
        if position == len(rendered):
            return ".".join(parts)
        if rendered[position] != ".":
            break
        position += 1
    return rendered
