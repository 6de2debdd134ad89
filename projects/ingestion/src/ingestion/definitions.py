"""The Dagster definitions of the code location `ingestion`."""

from dagster_lineage.definitions import with_column_lineage
from ingestion import defs as declarations
from ingestion.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = with_column_lineage(code_location_definitions("ingestion", declarations, RESOURCES))
