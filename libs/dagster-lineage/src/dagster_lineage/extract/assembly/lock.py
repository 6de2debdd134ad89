"""The lock: loads the code locations of a workspace and assembles their interfaces."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dagster_lineage.extract.assembly.bare_manifests import BareManifest, drafts_of_manifests
from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.columns import add_columns
from dagster_lineage.extract.assembly.drafts import Draft, draft_of
from dagster_lineage.extract.assembly.project_folders import ProjectFolder, chosen, project_folders
from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.dbt import (
    ManifestGraph,
    ManifestUnreadable,
    decode_manifest,
    read_manifest,
)
from dagster_lineage.extract.probe.answer import LocationFacts
from dagster_lineage.extract.probe.inspection import TIMEOUT_S, inspect_locations
from dagster_lineage.extract.workspace import LocationEntry, find_locations
from dagster_lineage.files.settings import find_root
from dagster_lineage.model import Asset, LocatedInterface, key_path

CACHE = ".lineage/traces"
"""Relative to the root, with a `.gitignore` next to it."""


@dataclass(frozen=True)
class Lock:
    """The interfaces of a workspace, as the code has them."""

    located: tuple[LocatedInterface, ...]
    """Interfaces with their files, including those of unreadable locations."""
    traced: int
    """Number of traced models; the others came from the cache."""


def lock(
    root: Path,
    workspace: Path | None,
    *,
    projects: Sequence[str] = (),
    committed: Iterable[LocatedInterface] = (),
    manifests: Sequence[BareManifest] = (),
    keys_from: Mapping[str, str] | None = None,
    out: Path | None = None,
    python: str | None = None,
    timeout_s: float = TIMEOUT_S,
    report_progress: Callable[[str], None] = lambda _: None,
) -> Lock:
    """Return the interfaces of code locations and bare manifests.

    Args:
        root: Root of the repository; paths in the result are relative to it.
        workspace: File or folder that lists the code locations; None: only manifests.
        projects: Names of the projects or locations to load; empty: all.
        committed: Committed interfaces, for the columns and keys of locations that are not loaded.
        manifests: Bare manifests to read in addition to the workspace.
        keys_from: Key patterns of bare manifests by dbt project.
        out: Folder of the interface files of another repository; by default each file is in its
            project's folder.
        python: Interpreter of locations that name none.
        timeout_s: Seconds that each location may take to load.
        report_progress: Called with a short message.

    Raises:
        WorkspaceError: the workspace file is invalid.
        ProjectUnknown: it does not list one of `projects`.
        ManifestUnreadable: a file is not a dbt manifest.
        KeyRuleWrong: a key pattern is invalid.
    """
    paths = CheckoutPaths(_checkout(root, workspace))
    cache = TraceCache(root / CACHE)
    drafts: list[Draft] = []
    if workspace is not None:
        entries = find_locations(workspace)
        wanted = chosen(entries, project_folders(entries, {}), projects)
        with tempfile.TemporaryDirectory(prefix="lineage-") as copies:
            answers = inspect_locations(
                wanted,
                copies=Path(copies),
                python=python,
                timeout_s=timeout_s,
                finished=_progress_of_loading(wanted, report_progress),
            )
            reported = {one.name: Path(one.folder) for one in answers if not one.error}
            folders_by_location = project_folders(entries, reported)
            drafts = [
                _draft(facts, folders_by_location[facts.name], paths, cache) for facts in answers
            ]
    drafts += drafts_of_manifests(
        manifests,
        keys_from or {},
        {draft.project_folder.project for draft in drafts},
        paths,
        cache,
    )
    # Sorted, so that the result does not depend on the order of the workspace.
    drafts.sort(key=lambda draft: (draft.project_folder.project, draft.project_folder.location))
    readable = {
        (draft.project_folder.project, draft.project_folder.location)
        for draft in drafts
        if not draft.unreadable
    }
    before = [
        one
        for one in committed
        if (one.project, one.interface.location or one.project) not in readable
    ]
    elsewhere = {asset.key: asset for one in before for asset in one.interface.assets}
    _resolve_models(drafts, before)
    report_progress(f"reading the SQL of {sum(len(draft.code) for draft in drafts)} dbt nodes")
    add_columns(drafts, elsewhere, cache)
    if cache.traced:
        (root / CACHE).parent.mkdir(exist_ok=True)
        (root / CACHE).parent.joinpath(".gitignore").write_text("*\n", encoding="utf-8")
    cache.keep()
    return Lock(tuple(_located(draft, root, paths, out) for draft in drafts), cache.traced)


def _checkout(root: Path, workspace: Path | None) -> Path:
    """Return the root of the locked repository, also for a workspace elsewhere."""
    if workspace is None:
        return root
    folder = workspace.absolute() if workspace.is_dir() else workspace.absolute().parent
    inside = folder.is_relative_to(root) or folder.resolve().is_relative_to(root.resolve())
    return root if inside else find_root(folder)


def _progress_of_loading(
    entries: Sequence[LocationEntry], report_progress: Callable[[str], None]
) -> Callable[[str], None]:
    """Return a function that reports how many locations are loaded, and which are not yet."""
    waiting = [entry.name for entry in entries]

    def loaded(name: str) -> None:
        waiting.remove(name)
        done = f"{len(entries) - len(waiting)} of {len(entries)} code locations are loaded"
        report_progress(f"{done}; waiting for {', '.join(waiting)}" if waiting else done)

    return loaded


def _draft(
    facts: LocationFacts, project_folder: ProjectFolder, paths: CheckoutPaths, cache: TraceCache
) -> Draft:
    manifests: dict[str, ManifestGraph] = {}
    nodes: dict[str, RenderedNodes] = {}
    problems = []
    for name, details in facts.manifests.items():
        project_dir = Path(details.project_dir) if details.project_dir else None
        # Places in a dbt project outside of the checkout are relative to that project.
        relative_to = (
            project_folder.folder if project_dir is None or paths.holds(project_dir) else None
        )
        try:
            manifest = decode_manifest(Path(details.file).read_bytes())
            manifests[name] = read_manifest(
                manifest, project_dir, details.keys, relative_to=relative_to
            )
        except (OSError, ManifestUnreadable) as error:
            problems.append(f"The manifest of {name} cannot be read: {error}")
            continue
        nodes[name] = RenderedNodes(manifest, project_dir, cache)
    draft = draft_of(facts, project_folder, paths, manifests)
    draft.nodes = nodes
    draft.unknown += problems
    return draft


def _resolve_models(drafts: Sequence[Draft], before: Sequence[LocatedInterface]) -> None:
    """Set the current keys of models that `upstream(…)` names.

    `upstream` reads the committed interface, which may be older than the locked code.
    """
    named = {
        name: asset.key
        for one in before
        for asset in one.interface.assets
        for name in _model_names(one.project, asset)
    } | {
        name: asset.key
        for draft in drafts
        for asset in draft.assets.values()
        if asset.executable
        for name in _model_names(draft.project_folder.project, asset)
    }
    for draft in drafts:
        for (reader, key), model in draft.models.items():
            now = named.get(model)
            if now is None or now == key:
                continue
            asset = draft.assets[reader]
            reads = tuple(
                replace(read, key=now) if read.key == key else read for read in asset.reads
            )
            draft.assets[reader] = replace(asset, reads=reads)


def _model_names(project: str, asset: Asset) -> tuple[str, ...]:
    """Return the arguments of `upstream(…)` that name an asset, as `project/model`."""
    name = f"{project}/{asset.name or key_path(asset.key)[-1]}"
    if not asset.version:
        return (name,)
    versioned = f"{name}.v{asset.version}"
    return (name, versioned) if asset.version == asset.latest_version else (versioned,)


def _located(draft: Draft, root: Path, paths: CheckoutPaths, out: Path | None) -> LocatedInterface:
    project_folder = draft.project_folder
    file = (
        project_folder.folder / project_folder.file_name
        if out is None
        else out / f"{project_folder.safe_name}.json"
    )
    file = file.resolve()
    base = root if paths.checkout == root else paths.checkout
    folder = Path(os.path.relpath(project_folder.folder.resolve(), base.resolve())).as_posix()
    interface = draft.interface("" if file.parent == project_folder.folder.resolve() else folder)
    inside = file.is_relative_to(root.resolve())
    name = file.relative_to(root.resolve()).as_posix() if inside else file.as_posix()
    return LocatedInterface(interface, folder, name)
