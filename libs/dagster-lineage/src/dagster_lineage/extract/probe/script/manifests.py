"""The dbt manifests behind a location's assets, and the keys that its translators give."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .assets import MANIFEST, Collected
from .dbt_projects import manifest_file_of, project_folder_of
from .declared import key_text

TRANSLATOR = "dagster_dbt/dagster_dbt_translator"
PROJECT = "dagster_dbt/project"
WITH_KEYS = ("model", "seed", "snapshot", "source")
"""Resource types that dagster-dbt gives keys to."""


@dataclass
class _Behind:
    """One manifest, with all who read it."""

    manifest: Mapping[str, Any]
    project: Any = None
    translators: dict[int, tuple[Any, str]] = field(default_factory=dict)
    """By identity: a translator and the name of a definition that uses it."""
    assets: list[str] = field(default_factory=list)


def collect(
    found: Collected, folder: Path, folder_for_copies: Path, notes: list[str]
) -> dict[str, dict[str, Any]]:
    """Manifests in the shape of `ManifestFacts`, by name; tells each asset the name of its own.

    Args:
        found: The location's assets; `manifest` and `unique_id` are set in their facts.
        folder: The location's project.
        folder_for_copies: Where a manifest is written that is in no file as it is in memory.
        notes: What could not be told is added.
    """
    manifests: dict[str, dict[str, Any]] = {}
    # The one that most is made of has the plain name.
    for behind in sorted(_distinct(found), key=lambda one: (-len(one.assets), one.assets)):
        meta = behind.manifest.get("metadata") or {}
        name = str(meta.get("project_name") or "dbt")
        while name in manifests:
            name += "'"
        file = manifest_file_of(behind.manifest, behind.project, folder)
        if file is None:
            file = folder_for_copies / f"manifest_{len(manifests)}.json"
            file.write_text(json.dumps(behind.manifest, default=str), encoding="utf-8")
        keys, others, disagreements = _keys(behind, found, notes)
        by_key = {key: unique_id for unique_id, key in keys.items()}
        for asset in behind.assets:
            facts = found.facts[asset]
            facts["manifest"] = name
            facts["unique_id"] = facts.get("unique_id") or by_key.get(asset, "")
        project_folder = project_folder_of(behind.manifest, behind.project, folder)
        manifests[name] = {
            "file": str(file),
            "project_dir": str(project_folder) if project_folder else "",
            "keys": keys,
            "other_keys": others,
            "disagreements": disagreements,
            "own_translator": _own_translator(behind, keys),
        }
    return manifests


def _distinct(found: Collected) -> list[_Behind]:
    """Manifests that differ, be it one object behind several definitions or equal copies."""
    by_object: dict[int, _Behind] = {}
    for asset, metadata in found.metadata.items():
        manifest = getattr(metadata[MANIFEST], "manifest", metadata[MANIFEST])
        behind = by_object.setdefault(id(manifest), _Behind(manifest))
        behind.project = behind.project or metadata.get(PROJECT)
        behind.assets.append(asset)
        translator = metadata.get(TRANSLATOR)
        if translator is not None:
            behind.translators.setdefault(
                id(translator), (translator, found.definitions.get(asset, ""))
            )
    if len(by_object) == 1:
        return list(by_object.values())
    distinct: dict[str, _Behind] = {}
    for behind in by_object.values():
        content = json.dumps(behind.manifest, sort_keys=True, default=str).encode()
        first = distinct.setdefault(hashlib.sha256(content).hexdigest(), behind)
        if first is not behind:
            first.project = first.project or behind.project
            first.translators.update(behind.translators)
            first.assets += behind.assets
    return list(distinct.values())


def _keys(
    behind: _Behind, found: Collected, notes: list[str]
) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """Keys by unique id, those that other translators give, and who disagrees with whom.

    Where translators disagree, the key that the graph has counts: an asset's own, or what the
    assets of the location really depend on.
    """
    actual = {
        found.facts[asset]["unique_id"]: asset
        for asset in behind.assets
        if found.facts[asset].get("unique_id")
    }
    depended_on = {
        dependency["key"]
        for asset in behind.assets
        for dependency in found.facts[asset]["dependencies"]
    }
    given: dict[str, dict[str, str]] = {}
    for translator, definition in behind.translators.values():
        ask = _asking(translator, behind)
        for unique_id in _ids(behind.manifest):
            try:
                given.setdefault(unique_id, {}).setdefault(key_text(ask(unique_id)), definition)
            except Exception as error:  # noqa: BLE001 - somebody's translator: the rest stands
                notes.append(
                    f"the translator {type(translator).__name__} gives {unique_id} no key: "
                    f"{type(error).__name__}: {error}"
                )
    keys: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    disagreements: list[str] = []
    for unique_id, by_key in given.items():
        preferred = sorted(
            by_key, key=lambda key: (key != actual.get(unique_id), key not in depended_on)
        )
        keys[unique_id] = preferred[0]
        if len(preferred) > 1:
            others[unique_id] = preferred[1:]
            told = ", ".join(f"{key} in {by_key[key]}" for key in preferred)
            disagreements.append(f"{unique_id} has several keys: {told}")
    keys.update({unique_id: key for unique_id, key in actual.items() if unique_id not in keys})
    return keys, others, disagreements


def _ids(manifest: Mapping[str, Any]) -> list[str]:
    return [
        unique_id
        for section in ("nodes", "sources")
        for unique_id, props in (manifest.get(section) or {}).items()
        if props.get("resource_type") in WITH_KEYS
    ]


def _asking(translator: Any, behind: _Behind) -> Callable[[str], Any]:
    """How this translator is asked for a key.

    dagster-dbt's own `get_asset_spec` asks `get_asset_key` for the key and does much besides, so
    it is asked itself only where somebody has overridden it.
    """
    ours = getattr(type(translator), "get_asset_spec", None)
    if ours is None or getattr(ours, "__qualname__", "") == "DagsterDbtTranslator.get_asset_spec":

        def by_props(unique_id: str) -> Any:
            section = "sources" if unique_id.startswith("source.") else "nodes"
            return translator.get_asset_key(behind.manifest[section][unique_id])

        return by_props

    def by_spec(unique_id: str) -> Any:
        return translator.get_asset_spec(behind.manifest, unique_id, behind.project).key

    return by_spec


def _own_translator(behind: _Behind, keys: dict[str, str]) -> bool:
    """Another rule than dagster-dbt's gave keys: an overridden method, or a key that differs."""
    for translator, _ in behind.translators.values():
        for method in ("get_asset_key", "get_asset_spec"):
            asked = getattr(type(translator), method, None)
            if asked is not None and asked.__module__.partition(".")[0] != "dagster_dbt":
                return True
    utils = sys.modules.get("dagster_dbt.asset_utils")
    default = getattr(utils, "default_asset_key_fn", None)
    if default is None:
        return False
    for unique_id, key in keys.items():
        section = "sources" if unique_id.startswith("source.") else "nodes"
        props = (behind.manifest.get(section) or {}).get(unique_id)
        try:
            if props is not None and key_text(default(props)) != key:
                return True
        except Exception:  # noqa: BLE001 - a meta that is no key: then a translator gave it
            return True
    return False
