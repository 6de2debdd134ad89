"""Random DuckDB queries, executed to compare column lineage with what really changes."""
