"""Loaded code locations, with the manifests that they use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.drafts import Draft, draft_of
from dagster_lineage.extract.assembly.project_folders import ProjectFolder
from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.dbt import (
    ManifestGraph,
    ManifestUnreadable,
    decode_manifest,
    read_manifest,
)
from dagster_lineage.extract.probe.answer import AssetFacts, DependencyFacts, LocationFacts
from dagster_lineage.extract.workspace import LocationEntry
from dagster_lineage.model import Asset, LocatedInterface, key_path, place


@dataclass(frozen=True)
class LoadedLocation:
    """A code location and its manifests."""

    facts: LocationFacts
    entry: LocationEntry
    """Its entry in the workspace."""
    project_folder: ProjectFolder
    manifests: Mapping[str, ManifestGraph]
    nodes: dict[str, RenderedNodes]
    problems: Sequence[str]
    """Manifests that cannot be read, one sentence each."""


def loaded_location(
    facts: LocationFacts,
    entry: LocationEntry,
    project_folder: ProjectFolder,
    paths: CheckoutPaths,
    cache: TraceCache,
) -> LoadedLocation:
    """Return a code location with its manifests, which are read here."""
    manifests: dict[str, ManifestGraph] = {}
    nodes: dict[str, RenderedNodes] = {}
    problems = []
    for name, details in facts.manifests.items():
        project_dir = Path(details.project_dir) if details.project_dir else None
        try:
            manifest = decode_manifest(Path(details.file).read_bytes())
            manifests[name] = read_manifest(
                manifest,
                project_dir,
                details.keys,
                relative_to=project_folder.folder,
                in_checkout=project_dir is not None and paths.holds(project_dir),
            )
        except (OSError, ManifestUnreadable) as error:
            problems.append(f"The manifest of {name} cannot be read: {error}")
            continue
        nodes[name] = RenderedNodes(manifest, project_dir, cache)
    return LoadedLocation(facts, entry, project_folder, manifests, nodes, problems)


def draft_of_location(
    loaded: LoadedLocation, keys: Mapping[str, str], paths: CheckoutPaths
) -> Draft:
    """Return the draft of a code location.

    Args:
        loaded: The code location.
        keys: Current keys of the models that `upstream(…)` names, which reads committed interfaces;
            these may be older than the locked code.
        paths: Paths of the checkout.
    """
    facts = replace(
        loaded.facts,
        assets=tuple(
            replace(asset, dependencies=_with_current_keys(asset.dependencies, keys))
            for asset in loaded.facts.assets
        ),
    )
    draft = draft_of(facts, loaded.project_folder, paths, loaded.manifests)
    draft.nodes = loaded.nodes
    if facts.error:
        at = place(str(loaded.entry.listed_in), loaded.entry.line)
        draft.listed_at = paths.relative(at, loaded.project_folder.folder)
    draft.unknown += loaded.problems
    return draft


def _with_current_keys(
    dependencies: Iterable[DependencyFacts], keys: Mapping[str, str]
) -> tuple[DependencyFacts, ...]:
    return tuple(replace(one, key=keys.get(one.model, one.key)) for one in dependencies)


def keys_of_models(
    before: Iterable[LocatedInterface],
    bare: Iterable[Draft],
    loaded: Iterable[LoadedLocation],
) -> dict[str, str]:
    """Return current keys by argument of `upstream(…)`, as `project/model`.

    Args:
        before: Committed interfaces of locations that are not loaded.
        bare: Drafts of bare manifests.
        loaded: Loaded locations.
    """
    assets = [
        *((one.project, asset.key, asset) for one in before for asset in one.interface.assets),
        *(
            (draft.project_folder.project, asset.key, asset)
            for draft in bare
            for asset in draft.assets.values()
            if asset.executable
        ),
        *(
            (one.project_folder.project, asset.key, _node(one, asset))
            for one in loaded
            for asset in one.facts.assets
            if asset.executable
        ),
    ]
    return {
        name: key for project, key, asset in assets for name in _model_names(project, key, asset)
    }


def _node(loaded: LoadedLocation, asset: AssetFacts) -> Asset | None:
    manifest = loaded.manifests.get(asset.manifest)
    return manifest.assets.get(asset.unique_id) if manifest else None


def _model_names(project: str, key: str, asset: Asset | None) -> tuple[str, ...]:
    """Return the arguments of `upstream(…)` that name an asset, as `project/model`."""
    name = f"{project}/{asset.name if asset and asset.name else key_path(key)[-1]}"
    if asset is None or not asset.version:
        return (name,)
    versioned = f"{name}.v{asset.version}"
    return (name, versioned) if asset.version == asset.latest_version else (versioned,)
