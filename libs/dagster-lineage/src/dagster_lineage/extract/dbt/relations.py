"""Names of relations, without the quotes of their engine."""

from __future__ import annotations

import re

from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource

_PART = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^\s."`\[\]()\']+)')


def relation_of(node: ManifestNode | ManifestSource) -> str:
    """`database.schema.table` of a node or source, unquoted; empty without a table.

    dbt's own rendering is taken first, for it knows the engine's rules: which parts it leaves out
    (Spark has no database) and in which case it writes them.
    """
    if node.is_ephemeral:
        return ""
    if node.relation_name:
        return unquoted(node.relation_name)
    return ".".join(part for part in (node.database, node.schema, node.table_name) if part)


def unquoted(rendered: str) -> str:
    """A rendered relation without quotes; other text (a file's path) is unchanged.

    >>> unquoted('"shop"."main"."Fact ""Orders"')
    'shop.main.Fact "Orders'
    >>> unquoted("`project-1`.`sales`.`orders`")
    'project-1.sales.orders'
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
