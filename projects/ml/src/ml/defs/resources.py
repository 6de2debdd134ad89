"""What the assets are given."""

import dagster as dg

from published_assets import WarehouseResource


@dg.definitions
def resources() -> dg.Definitions:
    """This project's view of the warehouse: its own work file, and what others published."""
    return dg.Definitions(resources={"warehouse": WarehouseResource(project="ml")})
