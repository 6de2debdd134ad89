"""A synthetic repository: many dbt projects and Python consumers that read each other's tables.

Everything in it is decided by a seed, is valid in DuckDB and can be parsed and built by the real
dbt. `repository.plan` decides, `files.write` writes, `manifests.parse` runs dbt over it.
"""
