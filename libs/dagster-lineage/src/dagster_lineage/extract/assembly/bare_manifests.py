"""Drafts of dbt manifests without a code location, whose keys come from a pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.drafts import Draft, draft_of_manifest
from dagster_lineage.extract.assembly.project_folders import ProjectFolder, safe_names
from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.dbt import (
    Manifest,
    ManifestUnreadable,
    decode_manifest,
    read_manifest,
)
from dagster_lineage.files.interface_files import FILE_NAME

DEFAULT_KEYS = "{schema}/{name}"


@dataclass(frozen=True)
class BareManifest:
    """A dbt manifest without a code location, and its key pattern if it has one."""

    file: Path
    keys: str = ""


def drafts_of_manifests(
    manifests: Sequence[BareManifest],
    keys_from: Mapping[str, str],
    taken: Collection[str],
    paths: CheckoutPaths,
    cache: TraceCache,
) -> list[Draft]:
    """Return a draft for each manifest.

    Args:
        manifests: Manifests in the order of the command line.
        keys_from: Key patterns by dbt project, for manifests without one.
        taken: Names of projects that exist already.
        paths: Paths of the checkout.
        cache: Cache of traced SQL.

    Raises:
        ManifestUnreadable: a file is not a manifest.
        InvalidKeyPattern: a key pattern is invalid.
    """
    decoded = [_decoded(bare.file) for bare in manifests]
    folders = [_project_folder(bare.file) for bare in manifests]
    graphs = [
        read_manifest(manifest, folder, bare.keys or _rule(manifest, keys_from))
        for bare, manifest, folder in zip(manifests, decoded, folders, strict=True)
    ]
    names = _names([graph.project for graph in graphs], manifests, taken)
    folders_by_location = [
        folder or _beside(bare) for bare, folder in zip(manifests, folders, strict=True)
    ]
    sharing = Counter(folders_by_location)
    safe = safe_names(names)
    drafts: list[Draft] = []
    for manifest, folder, graph, name, project_folder in zip(
        decoded, folders, graphs, names, folders_by_location, strict=True
    ):
        file_name = FILE_NAME if sharing[project_folder] == 1 else f"interface.{safe[name]}.json"
        draft = draft_of_manifest(
            ProjectFolder(name, name, project_folder, file_name, safe[name]), paths, graph
        )
        draft.nodes[graph.project] = RenderedNodes(manifest, folder, cache)
        _leave_out_repeated(draft, graph.project, drafts)
        drafts.append(draft)
    return drafts


def _decoded(file: Path) -> Manifest:
    try:
        return decode_manifest(file.read_bytes())
    except OSError as error:
        raise ManifestUnreadable(f"{file} cannot be read: {error.strerror}.") from error
    except ManifestUnreadable as error:
        raise ManifestUnreadable(f"{file} is not a dbt manifest: {error}") from error


def _rule(manifest: Manifest, keys_from: Mapping[str, str]) -> str:
    return keys_from.get(manifest.metadata.project_name or "", DEFAULT_KEYS) or DEFAULT_KEYS


def _project_folder(file: Path) -> Path | None:
    # A manifest is in its project's target folder, unless it was copied.
    return next(
        (one for one in file.absolute().parents if (one / "dbt_project.yml").is_file()), None
    )


def _names(
    projects: Sequence[str], manifests: Sequence[BareManifest], taken: Collection[str]
) -> list[str]:
    """Return the name of the dbt project, with the manifest's folder if it has several."""
    used = Counter([*projects, *taken])
    seen = Counter(taken)
    names = []
    for project, bare in zip(projects, manifests, strict=True):
        name = project if used[project] == 1 else f"{project}.{_beside(bare).name}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return names


def _beside(bare: BareManifest) -> Path:
    return bare.file.absolute().parent


def _leave_out_repeated(draft: Draft, dbt_project: str, earlier: Sequence[Draft]) -> None:
    """Remove assets that an earlier manifest of the same project, for another target, has."""
    known = {
        (asset.unique_id, key)
        for other in earlier
        if dbt_project in other.manifests
        for key, asset in other.assets.items()
    }
    repeated = [key for key, asset in draft.assets.items() if (asset.unique_id, key) in known]
    for key in repeated:
        del draft.assets[key]
        draft.code.pop(key, None)
    if repeated:
        draft.unknown.append(
            f"{len(repeated)} assets are those of another manifest of the dbt project "
            f"{dbt_project}, so they are reported there."
        )
