"""The Dagster definitions of the code location `jaffle_dbt`."""

from jaffle_dbt import defs as declarations
from jaffle_dbt.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = code_location_definitions("jaffle_dbt", declarations, RESOURCES)
