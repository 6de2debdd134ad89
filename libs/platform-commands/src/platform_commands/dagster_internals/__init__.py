"""Private names of Dagster 1.13.27, one module per purpose; no other module imports one.

Each docstring describes why there is no public way and what would replace the module.
`tests/test_dagster_internals.py` fails when a name or a signature changes. The decision and its
cost are described in docs/decisions/platform-run-uses-private-names-of-dagster.md.
"""
