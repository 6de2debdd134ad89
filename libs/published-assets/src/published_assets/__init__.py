"""Materialize means: write, check, publish, and only then tell Dagster.

A materialization event that came before the publication would start readers on the old data; one
that came without it would lie. The same order serves Python steps (`publish`) and dbt
(`published_assets.dbt.build_and_publish`).
"""

from published_assets.backfills import in_runs_of_their_own
from published_assets.publishing import publish
from published_assets.resource import WarehouseResource, pool_of

__all__ = ["WarehouseResource", "in_runs_of_their_own", "pool_of", "publish"]
