"""Drafts of dbt manifests that no code location is asked about: keys come from a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.drafts import Draft, draft_of_manifest
from dagster_lineage.extract.assembly.project_folders import Home, safe_names
from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.dbt.fields import mapping, text
from dagster_lineage.extract.dbt.manifest import ManifestUnreadable, read_manifest
from dagster_lineage.extract.dbt.manifest_graph import ManifestGraph
from dagster_lineage.files.interface_files import FILE_NAME

DEFAULT_KEYS = "{schema}/{name}"


@dataclass(frozen=True)
class BareManifest:
    """A dbt manifest without any code location, and the rule of its keys, if one was given."""

    file: Path
    keys: str = ""


def drafts_of_manifests(
    manifests: Sequence[BareManifest],
    keys_from: Mapping[str, str],
    taken: Collection[str],
    paths: CheckoutPaths,
    cache: TraceCache,
) -> list[Draft]:
    """A draft per manifest.

    Args:
        manifests: In the order in which they were given.
        keys_from: Rules of keys by dbt project, for manifests that were given none.
        taken: Names of projects that are there already.
        paths: Of the checkout.
        cache: Of what was traced before.

    Raises:
        ManifestUnreadable: a file is no manifest.
        KeyRuleWrong: a rule is none.
    """
    decoded = [_decoded(bare.file) for bare in manifests]
    folders = [_project_folder(bare.file) for bare in manifests]
    graphs = [
        _graph(
            bare.file, data, folder, bare.keys or keys_from.get(_project(data), "") or DEFAULT_KEYS
        )
        for bare, data, folder in zip(manifests, decoded, folders, strict=True)
    ]
    names = _names([graph.project for graph in graphs], manifests, taken)
    homes = [folder or _beside(bare) for bare, folder in zip(manifests, folders, strict=True)]
    sharing = Counter(homes)
    safe = safe_names(names)
    drafts: list[Draft] = []
    for data, folder, graph, name, home in zip(decoded, folders, graphs, names, homes, strict=True):
        file_name = FILE_NAME if sharing[home] == 1 else f"interface.{safe[name]}.json"
        draft = draft_of_manifest(Home(name, name, home, file_name, safe[name]), paths, graph)
        draft.nodes[graph.project] = RenderedNodes(data, folder, cache)
        _leave_out_repeated(draft, graph.project, drafts)
        drafts.append(draft)
    return drafts


def _decoded(file: Path) -> dict[str, Any]:
    try:
        data = msgspec.json.decode(file.read_bytes())
    except OSError as error:
        raise ManifestUnreadable(f"{file} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise ManifestUnreadable(
            f"{file} is no dbt manifest: it is no JSON ({error}). Write it again with `dbt parse`."
        ) from error
    if not isinstance(data, dict):
        raise ManifestUnreadable(f"{file} is no dbt manifest: it is no JSON object.")
    return data


def _graph(file: Path, data: Mapping[str, Any], folder: Path | None, keys: str) -> ManifestGraph:
    try:
        return read_manifest(data, folder, keys)
    except ManifestUnreadable as error:
        raise ManifestUnreadable(f"{file}: {error}") from error


def _project_folder(file: Path) -> Path | None:
    # A manifest lies in its project's target folder, unless somebody has carried it away.
    return next(
        (one for one in file.absolute().parents if (one / "dbt_project.yml").is_file()), None
    )


def _project(data: Mapping[str, Any]) -> str:
    return text(mapping(data, "metadata"), "project_name")


def _names(
    projects: Sequence[str], manifests: Sequence[BareManifest], taken: Collection[str]
) -> list[str]:
    """The dbt project's name; of several of one project, with the manifest's folder."""
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
    """Two manifests of one project (of two targets) tell of the same models once."""
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
            f"{dbt_project}, so they are told there."
        )
