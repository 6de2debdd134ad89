"""Everything that this code location offers: assets and checks of `marts_dbt.defs`."""

import dagster as dg

from marts_dbt import defs as declared
from marts_dbt.defs.resources import RESOURCES
from published_assets.api import in_runs_of_their_own

# Not `load_from_defs_folder`: it imports every Dagster plugin of the environment, which costs each
# process two seconds and 90 MB.
defs = dg.Definitions(
    assets=in_runs_of_their_own(dg.load_assets_from_package_module(declared), "marts_dbt"),
    asset_checks=dg.load_asset_checks_from_package_module(declared),
    resources=RESOURCES,
    # Steps share the run's process: a process for each costs seconds of imports, and the steps of
    # one project never write at the same time.
    executor=dg.in_process_executor,
)
