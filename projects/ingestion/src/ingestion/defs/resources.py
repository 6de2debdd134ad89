"""Resources of this code location. None of them reads the environment before a step runs."""

from ingestion.customers.export import CustomerExport
from ingestion.fivetran.account import FivetranAccount
from published_assets.api import WarehouseResource

RESOURCES = {
    "warehouse": WarehouseResource(project="ingestion"),
    "customer_export": CustomerExport(),
    "fivetran": FivetranAccount(),
}
