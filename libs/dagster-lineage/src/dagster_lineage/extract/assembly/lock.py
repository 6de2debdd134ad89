"""The lock: loads the code locations of a workspace and assembles their interfaces."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_lineage.extract.assembly.bare_manifests import BareManifest, drafts_of_manifests
from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.drafts import Draft
from dagster_lineage.extract.assembly.loaded_locations import (
    LoadedLocation,
    draft_of_location,
    keys_of_models,
    loaded_location,
)
from dagster_lineage.extract.assembly.project_folders import chosen, project_folders
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.assembly.traced_assets import add_columns
from dagster_lineage.extract.probe.inspection import TIMEOUT_S, inspect_locations
from dagster_lineage.extract.workspace import LocationEntry, absolute, find_locations
from dagster_lineage.files.settings import find_root
from dagster_lineage.model import LocatedInterface

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
        InvalidKeyPattern: a key pattern is invalid.
    """
    # Without `..`: `../theirs` begins with the path of `.`.
    workspace = workspace and absolute(Path.cwd(), str(workspace))
    paths = CheckoutPaths(_checkout(root, workspace))
    cache = TraceCache(root / CACHE)
    loaded: list[LoadedLocation] = []
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
            by_name = {entry.name: entry for entry in entries}
            loaded = [
                loaded_location(
                    facts, by_name[facts.name], folders_by_location[facts.name], paths, cache
                )
                for facts in answers
            ]
    drafts = drafts_of_manifests(
        manifests, keys_from or {}, {one.project_folder.project for one in loaded}, paths, cache
    )
    readable = {
        (folder.project, folder.location)
        for folder in (
            *(one.project_folder for one in loaded if not one.facts.error),
            *(draft.project_folder for draft in drafts),
        )
    }
    before = [
        one
        for one in committed
        if (one.project, one.interface.location or one.project) not in readable
    ]
    elsewhere = {asset.key: asset for one in before for asset in one.interface.assets}
    keys = keys_of_models(before, drafts, loaded)
    drafts += [draft_of_location(one, keys, paths) for one in loaded]
    # Sorted, so that the result does not depend on the order of the workspace.
    drafts.sort(key=lambda draft: (draft.project_folder.project, draft.project_folder.location))
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
    folder = workspace if workspace.is_dir() else workspace.parent
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
