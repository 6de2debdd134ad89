"""dbt manifests of a code location, and the asset keys that its translators return."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .assets import MANIFEST, CollectedAssets
from .dbt_projects import manifest_file_of, project_folder_of
from .declarations import key_text

TRANSLATOR = "dagster_dbt/dagster_dbt_translator"
PROJECT = "dagster_dbt/project"
WITH_KEYS = ("model", "seed", "snapshot", "source")
"""Resource types to which dagster-dbt gives keys."""


@dataclass
class _UsedManifest:
    """A manifest, with the definitions that use it."""

    content: Mapping[str, Any]
    project: Any = None
    """The `DbtProject`, if a definition has one."""
    translators: dict[int, tuple[Any, str]] = field(default_factory=dict)
    """By identity: a translator, and the name of a definition that uses it."""
    assets: list[str] = field(default_factory=list)
    """Keys of the assets of the manifest."""


def collect(
    found: CollectedAssets, folders: Sequence[Path], folder_for_copies: Path, notes: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the manifests in the form of `ManifestFacts`, by name.

    Args:
        found: Assets of the code location. `manifest` and `unique_id` are added to their facts.
        folders: Folders that are searched for dbt projects.
        folder_for_copies: Folder for manifests that are in no file as they are in memory.
        notes: Gets sentences on what is unknown.
    """
    manifests: dict[str, dict[str, Any]] = {}
    # The manifest with most assets gets the plain name.
    for used in sorted(_distinct(found), key=lambda one: (-len(one.assets), one.assets)):
        metadata = used.content.get("metadata") or {}
        name = str(metadata.get("project_name") or "dbt")
        while name in manifests:
            name += "'"
        project_folder = project_folder_of(used.content, used.project, folders)
        file = manifest_file_of(used.content, used.project, project_folder)
        if file is None:
            file = folder_for_copies / f"manifest_{len(manifests)}.json"
            file.write_text(json.dumps(used.content, default=str), encoding="utf-8")
        keys, others, disagreements = _keys(used, found, notes)
        by_key = {key: unique_id for unique_id, key in keys.items()}
        for asset in used.assets:
            facts = found.facts[asset]
            facts["manifest"] = name
            facts["unique_id"] = facts.get("unique_id") or by_key.get(asset, "")
        manifests[name] = {
            "file": str(file),
            "project_dir": str(project_folder) if project_folder else "",
            "keys": keys,
            "other_keys": others,
            "disagreements": disagreements,
        }
    return manifests


def _distinct(found: CollectedAssets) -> list[_UsedManifest]:
    """Return the manifests with different contents. Several definitions may use equal copies."""
    by_object: dict[int, _UsedManifest] = {}
    for asset, metadata in found.dbt_metadata.items():
        content = getattr(metadata[MANIFEST], "manifest", metadata[MANIFEST])
        used = by_object.setdefault(id(content), _UsedManifest(content))
        used.project = used.project or metadata.get(PROJECT)
        used.assets.append(asset)
        translator = metadata.get(TRANSLATOR)
        if translator is not None:
            definition = found.dbt_definitions.get(asset, "")
            used.translators.setdefault(id(translator), (translator, definition))
    if len(by_object) == 1:
        return list(by_object.values())
    distinct: dict[str, _UsedManifest] = {}
    for used in by_object.values():
        content = json.dumps(used.content, sort_keys=True, default=str).encode()
        first = distinct.setdefault(hashlib.sha256(content).hexdigest(), used)
        if first is not used:
            first.project = first.project or used.project
            first.translators.update(used.translators)
            first.assets += used.assets
    return list(distinct.values())


def _keys(
    used: _UsedManifest, found: CollectedAssets, notes: list[str]
) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """Return keys by unique id, the keys of other translators, and sentences on disagreements.

    If translators disagree, the key of the asset graph is used: that of the asset, or the one on
    which the assets of the code location depend.
    """
    actual = {
        found.facts[asset]["unique_id"]: asset
        for asset in used.assets
        if found.facts[asset].get("unique_id")
    }
    depended_on = {
        dependency["key"]
        for asset in used.assets
        for dependency in found.facts[asset]["dependencies"]
    }
    by_id: dict[str, dict[str, str]] = {}
    for translator, definition in used.translators.values():
        key_of = _key_function(translator, used)
        for unique_id in _ids(used.content):
            try:
                by_id.setdefault(unique_id, {}).setdefault(key_text(key_of(unique_id)), definition)
            except Exception as error:  # noqa: BLE001 - code of the project: costs one key
                notes.append(
                    f"the translator {type(translator).__name__} returns no key for {unique_id}: "
                    f"{type(error).__name__}: {error}"
                )
    keys: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    disagreements: list[str] = []
    for unique_id, by_key in by_id.items():
        keys[unique_id], *other = sorted(
            by_key, key=lambda key: (key != actual.get(unique_id), key not in depended_on)
        )
        if other:
            others[unique_id] = other
            listed = ", ".join(f"{key} in {by_key[key]}" for key in (keys[unique_id], *other))
            disagreements.append(f"{unique_id} has several keys: {listed}")
    for unique_id, key in actual.items():
        keys.setdefault(unique_id, key)
    return keys, others, disagreements


def _ids(manifest: Mapping[str, Any]) -> Iterator[str]:
    for section in ("nodes", "sources"):
        for unique_id, properties in (manifest.get(section) or {}).items():
            if properties.get("resource_type") in WITH_KEYS:
                yield unique_id


def _key_function(translator: Any, used: _UsedManifest) -> Callable[[str], Any]:
    """Return the function with which a translator returns the key of a unique id.

    The `get_asset_spec` of dagster-dbt calls `get_asset_key` and does much more. It is called only
    if the project overrides it.
    """
    method = getattr(type(translator), "get_asset_spec", None)
    if method and getattr(method, "__qualname__", "") != "DagsterDbtTranslator.get_asset_spec":
        return lambda unique_id: (
            translator.get_asset_spec(used.content, unique_id, used.project).key
        )
    return lambda unique_id: translator.get_asset_key(
        used.content["sources" if unique_id.startswith("source.") else "nodes"][unique_id]
    )
