"""What the assets of this code location work with."""

import dagster as dg

from jaffle_dbt.project import PROJECT_DIR
from published_assets import WarehouseResource
from published_assets.dbt import DbtCli


@dg.definitions
def resources() -> dg.Definitions:
    """The dbt project, and this project's part of the warehouse."""
    return dg.Definitions(
        resources={
            "dbt": DbtCli(PROJECT_DIR),
            "warehouse": WarehouseResource(project="jaffle_dbt"),
        },
        # Steps share the run's process: a process per step costs seconds of imports each, and
        # the steps of one project never run at the same time.
        executor=dg.in_process_executor,
    )
