"""The resources of this code location."""

from marts_dbt.project import PROJECT_DIR
from published_assets.api import WarehouseResource
from published_assets.dbt.api import DbtCli

RESOURCES = {
    "dbt": DbtCli(PROJECT_DIR),
    "warehouse": WarehouseResource(project="marts_dbt"),
}
