"""Columns of a query and where they come from.

`trace_query` reads a query once and answers with a `Trace`; `Schema` is what is known of tables.
sqlglot is imported only when a query is read, so that readers of interfaces do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_lineage.extract.sql.schema import Relation, Schema, Table

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.trace import Trace

__all__ = ["Relation", "Schema", "Table", "trace_query"]


def trace_query(sql: str, dialect: str, schema: Schema) -> Trace:
    """What a query gives and reads: see `dagster_lineage.extract.sql.trace.trace_query`."""
    from dagster_lineage.extract.sql import trace  # noqa: PLC0415 - sqlglot takes a quarter of a second

    return trace.trace_query(sql, dialect, schema)
