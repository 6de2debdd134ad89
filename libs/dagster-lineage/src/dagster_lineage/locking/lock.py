"""Asks the code locations of a workspace and makes their interfaces."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from dagster_lineage.dbt.manifest import ManifestUnreadable, read_manifest
from dagster_lineage.dbt.manifest_graph import ManifestGraph
from dagster_lineage.extraction.facts import LocationFacts
from dagster_lineage.extraction.probing import LOADS_WITHIN_S, ask_all
from dagster_lineage.graph import Asset, Located, key_path
from dagster_lineage.interface_file import FILE_NAME
from dagster_lineage.locking.columns import add_columns
from dagster_lineage.locking.drafts import Draft, draft_of, draft_of_manifest
from dagster_lineage.locking.rendered_nodes import RenderedNodes
from dagster_lineage.locking.trace_cache import TraceCache
from dagster_lineage.workspace import LocationEntry, find_locations

CACHE = ".lineage/traces"
"""Relative to the root; kept out of git by the file that is written beside it."""


@dataclass(frozen=True)
class BareManifest:
    """A dbt manifest without any code location: its project's name and the rule of its keys."""

    file: Path
    project: str = ""
    keys: str = "{schema}/{name}"


@dataclass(frozen=True)
class Lock:
    """What was asked and what came out.

    Attributes:
        located: Interfaces with the files that they belong into, those that cannot be read too.
        traced: Queries that were read anew, the others came from the cache.
    """

    located: tuple[Located, ...]
    traced: int


def lock(
    root: Path,
    workspace: Path | None,
    *,
    projects: Sequence[str] = (),
    committed: Iterable[Located] = (),
    manifests: Sequence[BareManifest] = (),
    out: Path | None = None,
    python: str | None = None,
    timeout_s: float = LOADS_WITHIN_S,
) -> Lock:
    """Ask code locations what they make and read.

    Args:
        root: Of the repository; everything in the result is relative to it.
        workspace: File or folder that lists the code locations; None: only manifests.
        projects: Names of the projects or locations to ask; none: all.
        committed: Interfaces of the others, for the columns of what is read.
        manifests: Bare manifests to read beside the workspace.
        out: Folder of the interface files, for repositories that are not one's own; by default
            each lies in its project's folder.
        python: Interpreter of locations that name none.
        timeout_s: Seconds that each location may take.

    Raises:
        WorkspaceError: the workspace file is wrong, or does not list one of `projects`.
        ManifestUnreadable: a bare manifest is none.
        KeyRuleWrong: its rule of keys is none.
    """
    entries = find_locations(workspace) if workspace else ()
    cache = TraceCache(root / CACHE)
    nodes: dict[str, dict[str, RenderedNodes]] = {}
    drafts: list[Draft] = []
    with tempfile.TemporaryDirectory(prefix="lineage-") as keep_in:
        wanted = [entry for entry in entries if not projects or _named(entry, projects)]
        answers = ask_all(wanted, keep_in=Path(keep_in), python=python, timeout_s=timeout_s)
        names = project_names(answers)
        for facts in answers:
            read, problems = _manifests(facts, cache)
            nodes[facts.name] = {name: rendered for name, (_, rendered) in read.items()}
            draft = draft_of(
                facts, names[facts.name], {name: graph for name, (graph, _) in read.items()}
            )
            draft.unknown += problems
            drafts.append(draft)
    for bare in manifests:
        draft, rendered = _bare(bare, cache)
        drafts.append(draft)
        nodes[draft.name] = {draft.name: rendered}
    locked = {draft.project for draft in drafts}
    elsewhere = {
        asset.key: asset
        for one in committed
        if one.project not in locked
        for asset in one.interface.assets
    }
    _resolve_models(drafts, elsewhere, committed)
    add_columns(drafts, elsewhere, nodes, cache)
    if cache.traced:
        (root / CACHE).parent.mkdir(exist_ok=True)
        (root / CACHE).parent.joinpath(".gitignore").write_text("*\n", encoding="utf-8")
    cache.keep()
    return Lock(tuple(_located(drafts, root, out)), cache.traced)


def project_names(answers: Sequence[LocationFacts]) -> dict[str, str]:
    """A project's name by location: its folder's; the location's, where several share a folder."""
    folders = Counter(facts.folder for facts in answers)
    return {
        facts.name: Path(facts.folder).name if folders[facts.folder] == 1 else facts.name
        for facts in answers
    }


def _named(entry: LocationEntry, projects: Sequence[str]) -> bool:
    return entry.name in projects or entry.name.partition(".")[0] in projects


def _manifests(
    facts: LocationFacts, cache: TraceCache
) -> tuple[dict[str, tuple[ManifestGraph, RenderedNodes]], list[str]]:
    found = {}
    problems = []
    for name, said in facts.manifests.items():
        project_dir = Path(said.project_dir) if said.project_dir else None
        try:
            data: dict[str, Any] = msgspec.json.decode(Path(said.file).read_bytes())
            graph = read_manifest(data, project_dir, said.keys, relative_to=Path(facts.folder))
        except (OSError, msgspec.DecodeError, ManifestUnreadable) as error:
            problems.append(f"The manifest {Path(said.file).name} cannot be read: {error}")
            continue
        found[name] = (graph, RenderedNodes(data, project_dir, cache))
    return found, problems


def _bare(bare: BareManifest, cache: TraceCache) -> tuple[Draft, RenderedNodes]:
    try:
        data = msgspec.json.decode(bare.file.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise ManifestUnreadable(f"{bare.file} cannot be read: {error}") from error
    # A manifest lies in its project's target folder, unless somebody has carried it away.
    folder = next(
        (one for one in bare.file.absolute().parents if (one / "dbt_project.yml").is_file()), None
    )
    graph = read_manifest(data, folder, bare.keys)
    project = bare.project or graph.project
    draft = draft_of_manifest(project, folder or bare.file.absolute().parent, graph)
    return draft, RenderedNodes(data, folder, cache)


def _resolve_models(
    drafts: Sequence[Draft], elsewhere: Mapping[str, Asset], committed: Iterable[Located]
) -> None:
    """Give what `upstream(…)` declares the key that the model has now.

    It answers from the committed interface, which may be older than the code that is locked.
    """
    named = {
        name: asset.key
        for one in committed
        for asset in one.interface.assets
        if asset.key in elsewhere
        for name in _model_names(one.project, asset)
    } | {
        name: asset.key
        for draft in drafts
        for asset in draft.assets.values()
        if asset.executable
        for name in _model_names(draft.project, asset)
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
    """What `upstream(…)` may be asked for to get an asset, as `project/model`."""
    name = f"{project}/{asset.name or key_path(asset.key)[-1]}"
    if not asset.version:
        return (name,)
    versioned = f"{name}.v{asset.version}"
    return (name, versioned) if asset.version == asset.latest_version else (versioned,)


def _located(drafts: Sequence[Draft], root: Path, out: Path | None) -> Iterable[Located]:
    shared = Counter(draft.folder for draft in drafts)
    for draft in drafts:
        interface = draft.interface()
        folder = draft.folder.resolve()
        inside = folder.is_relative_to(root)
        relative = folder.relative_to(root).as_posix() if inside else folder.as_posix()
        if out is not None:
            file = out.resolve() / f"{draft.name}.json"
        elif shared[draft.folder] > 1:
            file = folder / f"interface.{draft.name}.json"
        else:
            file = folder / FILE_NAME
        name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
        yield Located(interface, relative, name)
