"""The public names of this library for Python assets.

A materialization event before the publication would start readers on the old data; an event without
a publication would be wrong. `publish` and `published_assets.dbt.api.build_and_publish` keep the
order: write, check, publish, report to Dagster.
"""

from published_assets.definitions import code_location_definitions
from published_assets.publishing import publish
from published_assets.resource import WarehouseResource, pool_of

__all__ = [
    "WarehouseResource",
    "code_location_definitions",
    "pool_of",
    "publish",
]
