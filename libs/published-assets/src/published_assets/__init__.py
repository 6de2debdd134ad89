"""Assets that are published before Dagster records them: write, check, publish, report.

Import from `published_assets.api` and, for dbt projects, from `published_assets.dbt.api`. This
module imports nothing, so that the command `dbt-manifest` and the event storage named in
`dagster.yaml` start without Dagster's assets, pandas or dbt.
"""
