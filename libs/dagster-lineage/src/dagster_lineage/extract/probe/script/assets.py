"""The assets of a repository and what each reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from . import declared, partitions
from .declared import key_text, plain
from .places import Places

STUB = "dagster/auto_created_stub_asset"
UNIQUE_ID = "dagster_dbt/unique_id"
MANIFEST = "dagster_dbt/manifest"
EXPECTED_COLUMNS = "lineage/columns"
MODEL = "lineage/model"
DECLARED_AT = "lineage/at"


@dataclass
class Collected:
    """Assets of all repositories of the location, by key, with what dbt needs of them."""

    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    """Of the assets that dagster-dbt made."""
    definitions: dict[str, str] = field(default_factory=dict)
    """Of those: the name of the `@dbt_assets` definition."""


def collect(repository: Any, places: Places, notes: list[str], found: Collected) -> None:
    """Add the assets of one repository; an asset that some are made of twice stays executable."""
    graph = repository.asset_graph
    keys = (
        graph.get_all_asset_keys()
        if hasattr(graph, "get_all_asset_keys")
        else (graph.all_asset_keys)
    )
    nodes = {key: graph.get(key) for key in sorted(keys, key=key_text)}
    functions = {key: places.function(function_of(node.assets_def)) for key, node in nodes.items()}
    sharing = Counter(place[:2] for place in functions.values() if place is not None)
    for key, node in nodes.items():
        name = key_text(key)
        spec = _spec(node, key)
        try:
            facts = _facts(node, spec, name)
        except Exception as error:  # noqa: BLE001 - an API of another version: the rest stands
            notes.append(f"asset {name}: {type(error).__name__}: {error}")
            facts = {"key": name, "executable": bool(getattr(node, "is_materializable", True))}
        place = functions[key]
        dbt = MANIFEST in spec.metadata
        if not facts.get("stub"):
            alone = place is not None and sharing[place[:2]] == 1
            facts["at"] = _at(spec.metadata, place, tuple(key.path), places, alone=alone, dbt=dbt)
        facts["dependencies"] = _dependencies(node, spec, facts.get("at", ""), places, dbt=dbt)
        earlier = found.facts.get(name)
        if earlier is not None and earlier["executable"] and not facts["executable"]:
            continue
        found.facts[name] = facts
        if dbt:
            found.metadata[name] = spec.metadata
            found.definitions[name] = str(getattr(_node_def(node.assets_def), "name", ""))


def _spec(node: Any, key: Any) -> Any:
    return node.assets_def.specs_by_key[key]


def _facts(node: Any, spec: Any, name: str) -> dict[str, Any]:
    metadata = spec.metadata
    partitioned = getattr(node, "partitions_def", None)
    return {
        "key": name,
        "executable": bool(node.is_materializable),
        "stub": bool(plain(metadata.get(STUB))),
        "group": getattr(spec, "group_name", None) or "default",
        "owners": declared.owners(spec),
        "kinds": sorted(getattr(spec, "kinds", None) or []),
        "relation": declared.text(metadata, "dagster/table_name")
        or declared.text(metadata, "dagster/relation_identifier"),  # before 1.9
        "partitions": partitions.facts(partitioned) if partitioned is not None else None,
        "freshness": declared.freshness(spec),
        "automation": declared.automation(spec),
        "columns": declared.column_schema(metadata),
        "column_lineage": declared.column_lineage(metadata),
        "unique_id": declared.text(metadata, UNIQUE_ID),
    }


def _at(
    metadata: Any,
    place: Any,
    parts: tuple[str, ...],
    places: Places,
    *,
    alone: bool,
    dbt: bool,
) -> str:
    """The best that can be told of where an asset is defined."""
    referred = declared.code_reference(metadata)
    if referred:
        return referred
    function = f"{place[0]}:{place[1]}" if place else ""
    if dbt or (alone and places.is_own(place[0])):
        return function
    if not place:
        return places.text(parts)
    # One function for several assets, or a library's: the line of this one's name, if there is one.
    if places.is_own(place[0]):
        return places.text(parts, certain=True, files=[place[0]]) or function
    return places.text(parts, files=places.own) or function


def _dependencies(
    node: Any, spec: Any, at: str, places: Places, *, dbt: bool
) -> list[dict[str, Any]]:
    """What an asset reads, as the resolved graph has it."""
    given = {dependency.asset_key: dependency for dependency in spec.deps}
    parents = getattr(node, "parent_keys", None)
    keys = set(given) if parents is None else set(parents) | (set(given) & {node.key})
    facts = []
    for key in sorted(keys, key=key_text):
        dependency = given.get(key)
        mapping = getattr(dependency, "partition_mapping", None)
        details = getattr(dependency, "metadata", None)
        details = (
            {} if details is None else details
        )  # what `upstream(…)` gives is false as a condition
        columns = plain(details.get(EXPECTED_COLUMNS))
        where = declared.text(details, DECLARED_AT)
        if at and not dbt and not where:
            where = places.read(at, tuple(node.key.path), tuple(key.path), _stands_for(key)) or at
        facts.append(
            {
                "key": key_text(key),
                "at": where,
                "partition_mapping": type(mapping).__name__ if mapping is not None else "",
                "columns": columns if isinstance(columns, dict) else None,
                "model": declared.text(details, MODEL),
            }
        )
    return facts


def _stands_for(key: Any) -> Callable[[object], bool]:
    def is_key(value: object, depth: int = 0) -> bool:
        if value is None or depth > 2:  # noqa: PLR2004 - a list of lists is nobody's dependencies
            return False
        if isinstance(value, dict):
            value = list(value.values())
        if type(value) in (list, tuple, set, frozenset):  # Dagster's own values are tuples, too
            return any(is_key(one, depth + 1) for one in cast("Iterable[object]", value))
        if type(value).__module__.partition(".")[0] != "dagster":
            return False
        if type(value) is type(key):
            return bool(value == key)
        for attribute in ("asset_key", "key", "keys"):
            try:
                held = getattr(value, attribute)
            except Exception:  # noqa: BLE001, S112 - `key` of a definition with several raises
                continue
            if held == key or (isinstance(held, (set, frozenset)) and key in held):
                return True
        return False

    return is_key


def function_of(definition: Any) -> Any:
    """The Python function behind an asset or check definition; None without one."""
    node = _node_def(definition)
    for attribute in ("compute_fn", "composition_fn"):
        function = getattr(node, attribute, None)
        if function is not None:
            return function
    return None


def _node_def(definition: Any) -> Any:
    try:
        return definition.node_def
    except Exception:  # noqa: BLE001 - an external asset has none, and says so by raising
        return None
