"""Names of SQL dialects: dbt's adapters, sqlglot's dialects, and dialects with the same types."""

from __future__ import annotations

_ADAPTERS = {
    "alloydb": "postgres",
    "databrickssql": "databricks",
    "glue": "athena",
    "greenplum": "postgres",
    "motherduck": "duckdb",
    "postgresql": "postgres",
    "sparksql": "spark",
    "sqlserver": "tsql",
    "starburst": "trino",
    "synapse": "tsql",
    "vertica": "postgres",
}
"""Dialect by dbt adapter type, where sqlglot has another name for it."""

_SAME_TYPES = {"athena": "trino", "databricks": "spark"}
"""Dialects that have the types and pseudo-columns of another one."""


def dialect_name(adapter: str) -> str:
    """Return sqlglot's name of the dialect of a dbt adapter; an unknown name stays as it is."""
    name = adapter.lower()
    return _ADAPTERS.get(name, name)


def canonical_dialect(dialect: str) -> str:
    """Return the name under which the types and pseudo-columns of a dialect are listed."""
    name = dialect_name(dialect)
    return _SAME_TYPES.get(name, name)
