"""Asset checks of a code location, including checks of assets that other code locations produce."""

from __future__ import annotations

from typing import Any

from .assets import UNIQUE_ID
from .declarations import key_text, text
from .places import Places
from .private_attributes import asset_function


def collect(repositories: list[Any], places: Places, notes: list[str]) -> list[dict[str, Any]]:
    """Return all checks in the form of `CheckFacts`, sorted."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for repository in repositories:
        graph = repository.asset_graph
        if not hasattr(graph, "asset_check_keys"):
            notes.append("this version of Dagster does not list asset checks")
            continue
        for key in graph.asset_check_keys:
            spec = graph.get_check_spec(key)
            (definition,) = graph.assets_defs_for_keys([key])
            asset = key_text(key.asset_key)
            unique_id = text(getattr(spec, "metadata", None) or {}, UNIQUE_ID)
            found[asset, key.name] = {
                "name": key.name,
                "asset": asset,
                "at": "" if unique_id else _place(definition, key.name, places),
                "blocking": bool(getattr(spec, "blocking", False)),
                "unique_id": unique_id,
            }
    return [found[key] for key in sorted(found)]


def _place(definition: Any, name: str, places: Places) -> str:
    """Return the place of the check's function, or of its name if the function has several."""
    function = places.function(asset_function(definition))
    if function is None:
        return places.of_name((name,))
    if len(getattr(definition, "check_keys", ())) == 1 and not definition.keys:
        return str(function)
    return places.of_name((name,), files=[function.file]) or str(function)
