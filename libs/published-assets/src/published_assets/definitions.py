"""The Dagster definitions of a code location."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import dagster as dg

from published_assets.backfill_policy import with_location_policy


def code_location_definitions(
    location: str, declarations: ModuleType, resources: Mapping[str, Any]
) -> dg.Definitions:
    """Return the definitions of a code location.

    The package is loaded module by module, and not with `load_from_defs_folder`, which imports
    every Dagster plugin of the environment (docs/decisions/definitions-are-loaded-by-module.md).
    All steps of a run share the run's process
    (docs/decisions/steps-share-the-process-of-their-run.md).

    Args:
        location: Name of the code location, as in `workspace.yaml`.
        declarations: The package whose modules declare the assets and checks.
        resources: The resources of the assets, by name.
    """
    return dg.Definitions(
        assets=with_location_policy(dg.load_assets_from_package_module(declarations), location),
        asset_checks=dg.load_asset_checks_from_package_module(declarations),
        resources=resources,
        executor=dg.in_process_executor,
    )
