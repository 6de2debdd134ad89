"""The public names of this library for Python assets.

A materialization event before the publication would start readers on the old data; an event
without a publication would be wrong. `publish` and `published_assets.dbt.api.build_and_publish`
keep the order: write, check, publish, report to Dagster.
"""

from published_assets.backfills import in_runs_of_their_own
from published_assets.publishing import publish
from published_assets.resource import WarehouseResource, pool_of

__all__ = ["WarehouseResource", "in_runs_of_their_own", "pool_of", "publish"]
