"""Which projects a branch can change: by files, by imports, by what they read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from dagster_lineage.analyze.affected.changed_assets import ChangedAssets
from dagster_lineage.analyze.affected.effects import effects_of
from dagster_lineage.analyze.affected.layout import Layout, Member, layout_of
from dagster_lineage.analyze.affected.library_users import users_of
from dagster_lineage.analyze.affected.path_rules import Effect
from dagster_lineage.analyze.affected.proofs import proofs_for
from dagster_lineage.analyze.affected.verdicts import Affected, Proof, Reason, Verdict
from dagster_lineage.analyze.diff import compare
from dagster_lineage.analyze.diff.states import graphs as interface_graphs
from dagster_lineage.analyze.impact.downstream import Hit, downstream
from dagster_lineage.files.comparison import Comparison
from dagster_lineage.files.interface_files import InterfaceUnreadable
from dagster_lineage.model import LineageGraph

ALL_OF_DBT = "fqn:*"
_MOST_WAYS = 20
"""A project's reasons of that kind; the nearest come first."""
_WAY_ENDS = 3
Graphs = tuple[LineageGraph, LineageGraph]


def decide(comparison: Comparison, patterns: tuple[str, ...]) -> Affected:
    """Judge every project.

    A project must be built if one of its own files changed, if it uses changed code of a library,
    or if something that it reads, directly or over others, may have other rows. What cannot be told
    counts as changed. `path_rules` has the table of files.

    Args:
        comparison: The branch's files, and those of its base.
        patterns: Of interface files, relative to the root.
    """
    case = _Case()
    graphs = _graphs(comparison, patterns, case)
    layout = layout_of(comparison, graphs, patterns)
    effects = effects_of(comparison, layout, graphs)
    for effect in effects:
        _judge_file(effect, layout, graphs, case)
    _judge_libraries(effects, layout, comparison, graphs, case)
    _judge_interfaces(comparison, graphs, case)
    _judge_readers(graphs, case)
    sizes = Counter(
        owner.folder for path in comparison.head_files if (owner := layout.member(path))
    )
    here = [one for one in layout.projects if sizes[one.folder]]
    proofs = proofs_for(
        {one: sizes[one.folder] for one in here if not case.affects(one.name)},
        comparison=comparison,
        layout=layout,
        effects=effects,
        graph=graphs[1],
        changed_keys=frozenset({*case.changed.columns, *case.hit_keys}),
    )
    projects = tuple(_verdict(one, case, layout, comparison, proofs.get(one.name)) for one in here)
    return Affected(
        base=comparison.base,
        head=comparison.head,
        projects=projects,
        libraries=tuple(sorted(case.libraries)),
        repository_tests=any(one.affected for one in projects)
        or bool(case.libraries)
        or any(effect.scope == "repository" for effect in effects),
        changed_files=len(comparison.changed),
        notes=comparison.notes,
    )


class _Case:
    """What has been found so far.

    Attributes:
        everything: Why all projects must be built.
        reasons: Why one must be, by its name.
        dbt: What dbt must build of one, by its name.
        libraries: Folders of libraries whose own tests must run.
        changed: Assets and columns that may be other ones.
        hit_keys: Keys that follow from those.
    """

    def __init__(self) -> None:
        self.everything: list[Reason] = []
        self.reasons: defaultdict[str, list[Reason]] = defaultdict(list)
        self.dbt: defaultdict[str, list[str]] = defaultdict(list)
        self.libraries: set[str] = set()
        self.changed = ChangedAssets()
        self.hit_keys: set[str] = set()

    def affects(self, project: str) -> bool:
        return bool(self.everything or self.reasons.get(project))


def _graphs(comparison: Comparison, patterns: tuple[str, ...], case: _Case) -> Graphs:
    try:
        return interface_graphs(comparison, patterns)
    except InterfaceUnreadable as error:
        text = f"who reads what is unknown: {error}"
        case.everything.append(Reason(kind="everything", text=text))
        return LineageGraph(()), LineageGraph(())


def _judge_file(effect: Effect, layout: Layout, graphs: Graphs, case: _Case) -> None:
    text = f"{effect.path}: {effect.why}"
    member = layout.at(effect.folder) if effect.folder else None
    if effect.scope == "everything":
        case.everything.append(Reason(kind="everything", text=text, file=effect.path))
    elif member is not None and not member.project:
        case.libraries.add(member.folder)
    elif member is not None and effect.scope in ("project", "rows"):
        case.reasons[member.name].append(Reason(kind="own files", text=text, file=effect.path))
        if effect.dbt:
            selected = ALL_OF_DBT if effect.dbt == "all" else "state:modified+"
            case.dbt[member.name].append(selected)
            if effect.dbt_by_name:
                case.dbt[member.name].append(effect.dbt_by_name)
        if effect.scope == "rows":
            case.changed.add_rows(text, effect.keys, member.name, graphs)


def _judge_libraries(
    effects: list[Effect], layout: Layout, comparison: Comparison, graphs: Graphs, case: _Case
) -> None:
    for user in users_of(effects, layout, comparison):
        if user.member is None:
            reason = Reason(kind="everything", text=user.why, file=user.effect.path)
            case.everything.append(reason)
        elif not user.member.project:
            case.libraries.add(user.member.folder)
        else:
            name = user.member.name
            reason = Reason(kind="library", text=user.why, file=user.effect.path)
            case.reasons[name].append(reason)
            if user.code:
                case.dbt[name].append(ALL_OF_DBT)
                case.changed.add_rows(user.why, None, name, graphs)


def _judge_interfaces(comparison: Comparison, graphs: Graphs, case: _Case) -> None:
    before, after = graphs
    files = frozenset(file.path for file in comparison.changed)
    diff = compare(before, after, changed_files=files)
    case.changed.add_changes(diff, before)
    for change in diff.changes:
        for reader in change.readers:
            text = f"{reader.name} {reader.why} ({change.kind} {change.subject})"
            case.reasons[reader.project].append(Reason(kind="upstream", text=text))


def _judge_readers(graphs: Graphs, case: _Case) -> None:
    """Readers at either end: one that the branch adds, and one that it takes away."""
    before, after = graphs
    same = [one.interface for one in before.located] == [one.interface for one in after.located]
    for graph in (after,) if same else (after, before):
        hits = downstream(graph, case.changed.columns)
        own = {
            (where.project, asset.key)
            for where in graph.located
            for asset in where.interface.assets
            if asset.executable
        }
        entries: Counter[str] = Counter()
        for hit in sorted(hits.values(), key=lambda one: (one.distance, one.key)):
            project = hit.producer.where.project
            case.hit_keys.add(hit.key)
            entries[project] += (project, hit.via) not in own
            if (project, hit.via) not in own and entries[project] <= _MOST_WAYS:
                text = " reads ".join(_shortened([*_way(hit, hits, graph, case.changed)]))
                case.reasons[project].append(Reason(kind="upstream", text=text))
            case.dbt[project] += [f"source:{source}+" for source in sorted(hit.sources)]


def _shortened(way: list[str]) -> list[str]:
    """A long way by its ends."""
    left = len(way) - 2 * _WAY_ENDS
    return way if left <= 1 else [*way[:_WAY_ENDS], f"({left} more)", *way[-_WAY_ENDS:]]


def _way(
    hit: Hit, hits: dict[tuple[str, str], Hit], graph: LineageGraph, changed: ChangedAssets
) -> Iterator[str]:
    """From the reader up to what changed, and why: `ml/x`, `marts/y`, `jaffle/z (…)`."""
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
    yield f"{hit.via} ({changed.causes.get(hit.via, 'which changed')})"


def _verdict(
    member: Member, case: _Case, layout: Layout, comparison: Comparison, proof: Proof | None
) -> Verdict:
    dbt = tuple(
        sorted(
            one.folder
            for one in layout.dbt
            if layout.member(f"{one.folder}/dbt_project.yml") == member
            and f"{one.folder}/dbt_project.yml" in comparison.head_files
        )
    )
    selected: list[str] = []
    if dbt and case.affects(member.name):
        selected = list(dict.fromkeys(case.dbt[member.name]))
        if case.everything or ALL_OF_DBT in selected:
            selected = [ALL_OF_DBT]
    reasons = [*case.reasons.get(member.name, ()), *case.everything]
    return Verdict(
        project=member.name,
        folder=member.folder,
        affected=bool(reasons),
        reasons=tuple({reason.text: reason for reason in reasons}.values()),
        dbt_folders=dbt,
        dbt_profiles=tuple(one for one in dbt if f"{one}/profiles.yml" in comparison.head_files),
        dbt_select=tuple(selected),
        proof=proof,
    )
