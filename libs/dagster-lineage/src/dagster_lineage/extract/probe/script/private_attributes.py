"""Attributes of definitions that Dagster does not publish: their functions and watched assets.

Adapter for private names (Dagster 1.13.27; a name that a version does not have costs the place or
the targets of a definition, never the load):

* `node_def.compute_fn`, `node_def.composition_fn` and `graph.composition_fn`: functions of assets,
  checks and jobs.
* `SensorDefinition._raw_fn`, `ScheduleDefinition._execution_fn`, and `decorated_fn` of the objects
  that wrap a function.
* `AssetSensorDefinition._asset_key` (a property `asset_key` in newer versions) and
  `MultiAssetSensorDefinition._monitored_assets`: assets that a sensor watches.

`dagster/code_references` metadata on every definition, and published properties for the assets
that a sensor watches, would replace this module.
"""

from __future__ import annotations

from typing import Any

from .declarations import first_attribute


def asset_function(definition: Any) -> Any:
    """Return the Python function of an asset or check definition, or None."""
    node = asset_node(definition)
    return first_attribute(node, "compute_fn", "composition_fn")


def asset_node(definition: Any) -> Any:
    """Return the op or graph of an asset or check definition, or None for an external asset."""
    try:
        return definition.node_def
    except Exception:  # noqa: BLE001 - the property raises for an external asset
        return None


def job_functions(definition: Any) -> list[Any]:
    """Return the candidates for the Python function of a sensor, a schedule or a job."""
    graph = getattr(definition, "graph", None)
    return [
        getattr(definition, "_raw_fn", None),
        getattr(definition, "_execution_fn", None),
        getattr(graph, "composition_fn", None),
    ]


def decorated_function(function: Any) -> Any:
    """Return the function that an object of a Dagster decorator wraps, or the function itself."""
    return getattr(function, "decorated_fn", function)


def watched_assets(sensor: Any) -> Any:
    """Return the assets whose materializations a sensor watches: keys, or an `AssetSelection`."""
    one = first_attribute(sensor, "asset_key", "_asset_key")
    return (getattr(sensor, "_monitored_assets", None) or []) if one is None else [one]
