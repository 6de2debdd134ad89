"""Column lineage of SQL queries.

`trace_query` reads a query once and returns a `Trace`; `Schema` has the known tables. sqlglot is
imported when the first query is read, because commands that read only interfaces do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_lineage.extract.sql.schema import PLACEHOLDER, RelationName, Schema, Table

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.trace import Trace

__all__ = ["PLACEHOLDER", "RelationName", "Schema", "Table", "trace_query"]


def trace_query(sql: str, dialect: str, schema: Schema) -> Trace:
    """Trace the columns of a query: see `dagster_lineage.extract.sql.trace.trace_query`."""
    from dagster_lineage.extract.sql import trace  # noqa: PLC0415 - importing sqlglot takes 0.25 s

    return trace.trace_query(sql, dialect, schema)
