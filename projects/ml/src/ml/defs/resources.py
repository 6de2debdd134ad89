"""The resources of this code location."""

from published_assets.api import WarehouseResource

RESOURCES = {"warehouse": WarehouseResource(project="ml")}
