"""The Dagster definitions of the code location `ml`."""

from ml import defs as declarations
from ml.defs.resources import RESOURCES
from published_assets.api import code_location_definitions

defs = code_location_definitions("ml", declarations, RESOURCES)
