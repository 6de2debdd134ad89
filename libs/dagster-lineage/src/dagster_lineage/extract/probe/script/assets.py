"""Assets of a repository, and their dependencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from . import declarations, partitions
from .declarations import key_text, plain, text
from .places import CodePlace, Places
from .private_attributes import asset_function, asset_node

STUB = "dagster/auto_created_stub_asset"
UNIQUE_ID = "dagster_dbt/unique_id"
MANIFEST = "dagster_dbt/manifest"
EXPECTED_COLUMNS = "lineage/columns"
MODEL = "lineage/model"
DECLARED_AT = "lineage/at"
DEEPEST_LIST = 2
"""Lists inside lists that can contain a dependency."""


@dataclass
class CollectedAssets:
    """Assets of all repositories of a code location, by key."""

    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """In the form of `AssetFacts`."""
    dbt_metadata: dict[str, Any] = field(default_factory=dict)
    """Metadata of the assets of dagster-dbt."""
    dbt_definitions: dict[str, str] = field(default_factory=dict)
    """Name of the `@dbt_assets` definition of each of them."""


def collect(repository: Any, places: Places, notes: list[str], found: CollectedAssets) -> None:
    """Add the assets of one repository. If two have an asset, the executable one is kept."""
    graph = repository.asset_graph
    keys = (
        graph.get_all_asset_keys() if hasattr(graph, "get_all_asset_keys") else graph.all_asset_keys
    )
    nodes = {key: graph.get(key) for key in sorted(keys, key=key_text)}
    functions = {key: places.function(asset_function(one.assets_def)) for key, one in nodes.items()}
    assets_of = Counter(functions.values())
    for key, node in nodes.items():
        name = key_text(key)
        spec = node.assets_def.specs_by_key[key]
        try:
            facts = _facts(node, spec, name)
        except Exception as error:  # noqa: BLE001 - an API of another version costs one asset
            notes.append(f"asset {name}: {type(error).__name__}: {error}")
            facts = {"key": name, "executable": bool(getattr(node, "is_materializable", True))}
        function = functions[key]
        dbt = MANIFEST in spec.metadata
        if not facts.get("stub"):
            alone = assets_of[function] == 1
            facts["at"] = _place(spec.metadata, function, key.path, places, alone=alone, dbt=dbt)
        facts["dependencies"] = _dependencies(node, spec, facts.get("at", ""), places, dbt=dbt)
        earlier = found.facts.get(name)
        if earlier is not None and earlier["executable"] and not facts["executable"]:
            continue
        found.facts[name] = facts
        if dbt:
            found.dbt_metadata[name] = spec.metadata
            found.dbt_definitions[name] = str(getattr(asset_node(node.assets_def), "name", ""))


def _facts(node: Any, spec: Any, name: str) -> dict[str, Any]:
    metadata = spec.metadata
    partitioned = getattr(node, "partitions_def", None)
    return {
        "key": name,
        "executable": bool(node.is_materializable),
        "stub": bool(plain(metadata.get(STUB))),
        "description": getattr(spec, "description", None) or "",
        "group": getattr(spec, "group_name", None) or "default",
        "owners": declarations.owners(spec),
        "relation": text(metadata, "dagster/table_name")
        or text(metadata, "dagster/relation_identifier"),  # before 1.9
        "partitions": partitions.facts(partitioned) if partitioned is not None else None,
        "freshness": declarations.freshness(spec),
        "automation": declarations.automation(spec),
        "columns": declarations.column_schema(metadata),
        "column_lineage": declarations.column_lineage(metadata),
        "unique_id": text(metadata, UNIQUE_ID),
    }


def _place(
    metadata: Any,
    function: CodePlace | None,
    parts: Iterable[str],
    places: Places,
    *,
    alone: bool,
    dbt: bool,
) -> str:
    """Return the most specific place at which an asset is defined."""
    referred = declarations.code_reference(metadata)
    if referred:
        return referred
    if function is None:
        return "" if dbt else places.of_name(tuple(parts))
    own = places.is_own(function.file)
    if dbt or (alone and own):
        return str(function)
    # The function defines several assets, or belongs to a library: find the name of this asset.
    if own:
        named = places.of_name(tuple(parts), in_definitions=True, files=[function.file])
    else:
        named = places.of_name(tuple(parts), files=places.own)
    return named or str(function)


def _dependencies(
    node: Any, spec: Any, at: str, places: Places, *, dbt: bool
) -> list[dict[str, Any]]:
    """Return the dependencies of an asset in the resolved graph."""
    declared = {dependency.asset_key: dependency for dependency in spec.deps}
    parents = getattr(node, "parent_keys", None)
    keys = set(declared) if parents is None else set(parents) | (set(declared) & {node.key})
    facts = []
    for key in sorted(keys, key=key_text):
        dependency = declared.get(key)
        mapping = getattr(dependency, "partition_mapping", None)
        details = getattr(dependency, "metadata", None)
        if details is None:  # not `or {}`: the metadata of `upstream(…)` is false as a condition
            details = {}
        columns = plain(details.get(EXPECTED_COLUMNS))
        where = text(details, DECLARED_AT)
        if at and not dbt and not where:
            where = places.of_read(at, tuple(node.key.path), tuple(key.path), _is_key(key)) or at
        facts.append(
            {
                "key": key_text(key),
                "at": where,
                "partition_mapping": type(mapping).__name__ if mapping is not None else "",
                "columns": columns if isinstance(columns, dict) else None,
                "model": text(details, MODEL),
            }
        )
    return facts


def _is_key(key: Any) -> Callable[[object], bool]:
    """Return a function that decides whether an object refers to an asset key."""

    def refers(value: object, depth: int = 0) -> bool:
        if value is None or depth > DEEPEST_LIST:
            return False
        if isinstance(value, dict):
            value = list(value.values())
        if type(value) in (list, tuple, set, frozenset):  # Dagster's own objects are tuples, too
            return any(refers(one, depth + 1) for one in cast("Iterable[object]", value))
        if type(value).__module__.partition(".")[0] != "dagster":
            return False
        if type(value) is type(key):
            return bool(value == key)
        for attribute in ("asset_key", "key", "keys"):
            try:
                referred = getattr(value, attribute)
            except Exception:  # noqa: BLE001, S112 - `key` of a definition of several assets raises
                continue
            if referred == key or (isinstance(referred, (set, frozenset)) and key in referred):
                return True
        return False

    return refers
