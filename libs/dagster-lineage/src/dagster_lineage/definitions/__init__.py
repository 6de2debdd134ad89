"""Functions for the `Definitions` of a code location. They need Dagster, but not dbt."""

from dagster_lineage.definitions.column_lineage import with_column_lineage
from dagster_lineage.definitions.upstream import (
    Upstream,
    UpstreamUnknown,
    get_asset_key_for_model,
    upstream,
)

__all__ = [
    "Upstream",
    "UpstreamUnknown",
    "get_asset_key_for_model",
    "upstream",
    "with_column_lineage",
]
