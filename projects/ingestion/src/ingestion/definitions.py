"""The Dagster definitions of the code location `ingestion`."""

from ingestion import defs as declarations
from ingestion.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = code_location_definitions("ingestion", declarations, RESOURCES)
