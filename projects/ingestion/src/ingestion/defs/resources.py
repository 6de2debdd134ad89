"""The resources of this code location, with the settings that a team may want to change."""

from ingestion.customers.export import CustomerExport
from ingestion.fivetran.account import FivetranAccount
from published_assets.api import WarehouseResource

RESOURCES = {
    "warehouse": WarehouseResource(project="ingestion"),
    "customer_export": CustomerExport(),
    # The connector keeps the schedule that it has in Fivetran. Set this to True where Dagster
    # alone shall decide when it syncs: its own schedule is then switched off, for good, by the
    # first sync that is started from here.
    "fivetran": FivetranAccount(disable_schedule_on_trigger=False),
}
"""None of them looks at the environment before a step runs."""
