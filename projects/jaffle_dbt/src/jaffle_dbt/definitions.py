"""The Dagster definitions of the code location `jaffle_dbt`."""

from dagster_lineage.definitions import with_column_lineage
from jaffle_dbt import defs as declarations
from jaffle_dbt.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = with_column_lineage(code_location_definitions("jaffle_dbt", declarations, RESOURCES))
