"""Projects that a branch can change: by their files, by imports, and by the assets they read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from dagster_lineage.analyze.affected.changed_assets import ChangedAssets
from dagster_lineage.analyze.affected.effects import effects_of
from dagster_lineage.analyze.affected.layout_files import layout_of
from dagster_lineage.analyze.affected.library_users import User, users_of
from dagster_lineage.analyze.affected.ownership import Ownership
from dagster_lineage.analyze.affected.path_rules import Effect
from dagster_lineage.analyze.affected.proofs import proofs_for
from dagster_lineage.analyze.affected.shared_code import SharedCode
from dagster_lineage.analyze.affected.verdicts import Affected, Proof, Reason, Verdict
from dagster_lineage.analyze.diff import compare
from dagster_lineage.analyze.diff.graphs import compared_graphs
from dagster_lineage.analyze.impact.downstream import Hit, downstream
from dagster_lineage.files.comparison import Comparison
from dagster_lineage.files.interface_files import InterfacesMissing, InterfaceUnreadable
from dagster_lineage.model import LineageGraph

ALL_OF_DBT = "fqn:*"
_MAX_PATHS = 20
"""Upstream reasons of a project; the nearest come first."""
_PATH_ENDS = 3
"""Assets shown at each end of a long path."""
Graphs = tuple[LineageGraph, LineageGraph]


def decide(comparison: Comparison, patterns: tuple[str, ...]) -> Affected:
    """Decide for each project whether a branch can change it.

    A project is affected if one of its files changed, if it uses changed code of a library, or if
    an asset that it reads, directly or indirectly, may have other rows. What cannot be decided
    counts as changed. `ownership` decides which projects own a file, and `path_rules` has the table
    of their effects.

    Args:
        comparison: Files at base and head.
        patterns: Glob patterns of the interface files, relative to the root.

    Raises:
        InterfacesMissing: No file matches the patterns, so the projects are unknown.
    """
    evidence = _Evidence()
    unreadable: list[InterfaceUnreadable] = []
    graphs = compared_graphs(comparison, patterns, unreadable)
    for error in unreadable:
        text = f"the readers are unknown: {error}"
        evidence.everything.append(Reason(kind="everything", text=text))
    layout = layout_of(comparison, graphs, patterns)
    if not layout.folders:
        raise InterfacesMissing(patterns, "at base or head")
    ownership = Ownership(layout, graphs)
    shared = SharedCode(comparison, ownership)
    effects = effects_of(comparison, ownership, shared, graphs)
    for effect in effects:
        _add_file(effect, graphs, evidence)
    for user in users_of(effects, layout, comparison):
        users = user.member.projects if user.member else ()
        if user.member and user.is_import:
            users = shared.users(user.member, user.effect.folder, effects)
        _add_library_user(user, users, graphs, evidence)
    _add_interface_changes(comparison, graphs, evidence)
    _add_readers(graphs, evidence)
    sizes = _sizes(comparison, ownership)
    here = [
        name
        for name in sorted(layout.folders)
        if sizes[name] or any(where.project == name for where in graphs[1].located)
    ]
    proofs = proofs_for(
        {name: sizes[name] for name in here if not evidence.affects(name)},
        comparison=comparison,
        layout=layout,
        effects=effects,
        graph=graphs[1],
        changed_keys=frozenset({*evidence.changed.columns, *evidence.downstream_keys}),
    )
    projects = tuple(
        _verdict(one, evidence, ownership, comparison, proofs.get(one)) for one in here
    )
    return Affected(
        base=comparison.base,
        head=comparison.head,
        projects=projects,
        libraries=tuple(sorted(evidence.libraries)),
        repository_tests=any(one.affected for one in projects)
        or bool(evidence.libraries)
        or any(effect.scope == "repository" for effect in effects),
        changed_files=len(comparison.changed),
        notes=comparison.notes,
    )


class _Evidence:
    """Reasons that were found so far."""

    def __init__(self) -> None:
        self.everything: list[Reason] = []
        """Reasons to build all projects."""
        self.reasons: defaultdict[str, list[Reason]] = defaultdict(list)
        """Reasons to build a project, by name."""
        self.dbt: defaultdict[str, list[str]] = defaultdict(list)
        """dbt selections by project."""
        self.libraries: set[str] = set()
        """Folders of libraries whose tests must run."""
        self.changed = ChangedAssets()
        """Assets and columns that may have changed."""
        self.downstream_keys: set[str] = set()
        """Keys downstream of those."""

    def affects(self, project: str) -> bool:
        return bool(self.everything or self.reasons.get(project))


def _sizes(comparison: Comparison, ownership: Ownership) -> Counter[str]:
    """Return the number of files at head by project."""
    sizes: Counter[str] = Counter()
    for path in comparison.head_files:
        member = ownership.layout.member(path)
        if member is not None and len(member.projects) == 1 and not member.is_shared:
            sizes[member.name] += 1
        else:
            sizes.update(owner.name for owner in ownership.owners(path))
    return sizes


def _add_file(effect: Effect, graphs: Graphs, evidence: _Evidence) -> None:
    text = f"{effect.path}: {effect.why}"
    project = effect.project
    if effect.scope == "everything":
        evidence.everything.append(Reason(kind="everything", text=text, file=effect.path))
    elif effect.folder and not project and effect.scope != "repository":
        evidence.libraries.add(effect.folder)
    elif project and effect.scope in ("project", "rows"):
        evidence.reasons[project].append(Reason(kind="own files", text=text, file=effect.path))
        if effect.dbt:
            selected = ALL_OF_DBT if effect.dbt == "all" else "state:modified+"
            evidence.dbt[project].append(selected)
            if effect.dbt_by_name:
                evidence.dbt[project].append(effect.dbt_by_name)
        if effect.scope == "rows":
            evidence.changed.add_rows(text, effect.keys, project, graphs)


def _add_library_user(
    user: User, projects: tuple[str, ...], graphs: Graphs, evidence: _Evidence
) -> None:
    file = user.effect.path
    if user.member is None:
        evidence.everything.append(Reason(kind="everything", text=user.why, file=file))
    elif user.member.is_library:
        evidence.libraries.add(user.member.folder)
    for name in projects:
        evidence.reasons[name].append(Reason(kind="library", text=user.why, file=file))
        if user.code:
            evidence.dbt[name].append(ALL_OF_DBT)
            evidence.changed.add_rows(user.why, None, name, graphs)


def _add_interface_changes(comparison: Comparison, graphs: Graphs, evidence: _Evidence) -> None:
    before, after = graphs
    files = frozenset(file.path for file in comparison.changed)
    diff = compare(before, after, changed_files=files)
    evidence.changed.add_changes(diff, before)
    for change in diff.changes:
        for reader in change.readers:
            text = f"{reader.name} {reader.reason} ({change.kind} {change.subject})"
            evidence.reasons[reader.project].append(Reason(kind="upstream", text=text))


def _add_readers(graphs: Graphs, evidence: _Evidence) -> None:
    """Add the downstream readers at head and at base, which may have other readers."""
    before, after = graphs
    same = [one.interface for one in before.located] == [one.interface for one in after.located]
    for graph in (after,) if same else (after, before):
        hits = downstream(graph, evidence.changed.columns)
        own = {
            (where.project, asset.key)
            for where in graph.located
            for asset in where.interface.assets
            if asset.executable
        }
        entries: Counter[str] = Counter()
        for hit in sorted(hits.values(), key=lambda one: (one.distance, one.key)):
            project = hit.producer.where.project
            evidence.downstream_keys.add(hit.key)
            entries[project] += (project, hit.via) not in own
            if (project, hit.via) not in own and entries[project] <= _MAX_PATHS:
                text = " reads ".join(_shortened([*_path(hit, hits, graph, evidence.changed)]))
                evidence.reasons[project].append(Reason(kind="upstream", text=text))
            evidence.dbt[project] += [f"source:{source}+" for source in sorted(hit.sources)]


def _shortened(path: list[str]) -> list[str]:
    """Return the ends of a long path."""
    left = len(path) - 2 * _PATH_ENDS
    return path if left <= 1 else [*path[:_PATH_ENDS], f"({left} more)", *path[-_PATH_ENDS:]]


def _path(
    hit: Hit, hits: dict[tuple[str, str], Hit], graph: LineageGraph, changed: ChangedAssets
) -> Iterator[str]:
    """Yield the keys from a reader up to the change and its cause: `ml/x`, `jaffle/z (…)`."""
    yield hit.key
    seen = {hit.key}
    while hit.via not in changed.causes and hit.via not in seen:
        yield hit.via
        seen.add(hit.via)
        producer = graph.producer(hit.via)
        before = hits.get((producer.where.project, hit.via)) if producer else None
        if before is None:
            return
        hit = before
    yield f"{hit.via} ({changed.causes.get(hit.via, 'changed')})"


def _verdict(
    project: str,
    evidence: _Evidence,
    ownership: Ownership,
    comparison: Comparison,
    proof: Proof | None,
) -> Verdict:
    dbt = sorted(
        one.folder
        for one in ownership.dbt_projects(project)
        if one.file("dbt_project.yml") in comparison.head_files
    )
    selected: list[str] = []
    if dbt and evidence.affects(project):
        selected = list(dict.fromkeys(evidence.dbt[project]))
        if evidence.everything or ALL_OF_DBT in selected:
            selected = [ALL_OF_DBT]
    reasons = [*evidence.reasons.get(project, ()), *evidence.everything]
    return Verdict(
        project=project,
        folder=ownership.layout.folders[project],
        affected=bool(reasons),
        reasons=tuple({reason.text: reason for reason in reasons}.values()),
        dbt_folders=tuple(dbt),
        dbt_profiles=tuple(
            one.folder
            for one in ownership.layout.dbt
            if one.folder in dbt and one.file("profiles.yml") in comparison.head_files
        ),
        dbt_select=tuple(selected),
        proof=proof,
    )
