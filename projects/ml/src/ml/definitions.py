"""The Dagster definitions of the code location `ml`."""

from dagster_lineage.definitions import with_column_lineage
from ml import defs as declarations
from ml.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = with_column_lineage(code_location_definitions("ml", declarations, RESOURCES))
