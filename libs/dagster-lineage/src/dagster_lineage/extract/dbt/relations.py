"""Names of relations, without the quotes of their engine."""

from __future__ import annotations

from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource
from dagster_lineage.extract.dbt.quoted_names import unquoted


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
