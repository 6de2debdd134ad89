"""dbt projects as published assets; import from `published_assets.dbt.api`."""
