"""Facts out of dbt's manifest: nodes, sources, tests, and the line each is written on."""
