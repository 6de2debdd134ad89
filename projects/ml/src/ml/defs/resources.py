"""What the assets are given."""

from published_assets.api import WarehouseResource

RESOURCES = {"warehouse": WarehouseResource(project="ml")}
"""This project's view of the warehouse: its own work file, and what others published."""
