"""Columns of a query and where they come from.

`trace_query` reads a query once; `Schema` is what is known of the tables in it.
"""

from dagster_lineage.sql.schema import Relation, Schema, Table

__all__ = ["Relation", "Schema", "Table"]
