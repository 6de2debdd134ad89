"""The Dagster definitions of the code location `marts_dbt`."""

from dagster_lineage.definitions import with_column_lineage
from marts_dbt import defs as declarations
from marts_dbt.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = with_column_lineage(code_location_definitions("marts_dbt", declarations, RESOURCES))
