"""The resources of this code location."""

from jaffle_dbt.project import PROJECT_DIR
from published_assets.api import WarehouseResource
from published_assets.dbt.api import DbtCli

RESOURCES = {
    "dbt": DbtCli(PROJECT_DIR),
    "warehouse": WarehouseResource(project="jaffle_dbt"),
}
