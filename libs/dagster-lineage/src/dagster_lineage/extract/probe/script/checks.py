"""The asset checks of the location, also those of assets that other locations make."""

from __future__ import annotations

from typing import Any

from .assets import UNIQUE_ID, function_of
from .declared import key_text, text
from .places import Places


def collect(repositories: list[Any], places: Places, notes: list[str]) -> list[dict[str, Any]]:
    """Every check, in the shape of `CheckFacts`, sorted."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for repository in repositories:
        graph = repository.asset_graph
        if not hasattr(graph, "asset_check_keys"):
            notes.append("this version of Dagster does not tell its asset checks")
            continue
        for key in graph.asset_check_keys:
            spec = graph.get_check_spec(key)
            (definition,) = graph.assets_defs_for_keys([key])
            asset = key_text(key.asset_key)
            unique_id = text(getattr(spec, "metadata", None) or {}, UNIQUE_ID)
            found[asset, key.name] = {
                "name": key.name,
                "asset": asset,
                "at": "" if unique_id else _at(definition, key.name, places),
                "blocking": bool(getattr(spec, "blocking", False)),
                "unique_id": unique_id,
            }
    return [found[key] for key in sorted(found)]


def _at(definition: Any, name: str, places: Places) -> str:
    """Its own function; among several of one function, the line of its name."""
    place = places.function(function_of(definition))
    if place is None:
        return places.text((name,))
    if len(getattr(definition, "check_keys", ())) == 1 and not definition.keys:
        return f"{place[0]}:{place[1]}"
    return places.text((name,), files=[place[0]]) or f"{place[0]}:{place[1]}"
