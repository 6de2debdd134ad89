"""A synthetic repository: many dbt projects and Python consumers that read each other's tables.

A seed determines everything in it. It is valid in DuckDB, and dbt can parse and build it.
`repository.plan` decides, `files.write` writes, `manifests.parse` runs dbt.
"""
