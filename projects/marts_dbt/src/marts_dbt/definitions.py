"""The Dagster definitions of the code location `marts_dbt`."""

from marts_dbt import defs as declarations
from marts_dbt.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = code_location_definitions("marts_dbt", declarations, RESOURCES)
