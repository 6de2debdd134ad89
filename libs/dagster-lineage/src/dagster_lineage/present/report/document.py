"""The data of the page: numbers and one table of texts, as its script reads them."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from msgspec import Struct

from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff
from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import Check, LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.present.report.columns import ColumnTable, column_table
from dagster_lineage.present.report.facts import facts
from dagster_lineage.present.report.nodes import PageNode, PageNodes, collect
from dagster_lineage.present.report.placing import place
from dagster_lineage.present.report.subjects import SubjectFinder
from dagster_lineage.present.report.texts import Texts

OUTSIDE_NAME = "outside the repository"
"""Name of the group of keys that are in no interface."""
UNKNOWN_COLUMNS, ALL_COLUMNS = 0, 1
"""Values in place of the list of columns that a read uses."""
BLOCKING, INVISIBLE = 1, 2
"""Flags of a check."""

Row = list[object]


class ContentCounts(Struct, frozen=True):
    """The numbers of a page."""

    projects: int
    assets: int
    columns: int
    findings: int
    changes: int


class Document(Struct, frozen=True, kw_only=True):
    """The content of the page. Texts are numbers in `texts`; assets and columns are numbers too."""

    title: str
    base: str
    """Branch and commit of the comparison; empty without one."""
    texts: list[str]
    """All texts; number 0 is the empty text."""
    projects: list[Row]
    """Name, code location, folder, owners, dialect, why it is unreadable, what is unknown."""
    stacks: list[list[int]]
    """Layers of projects from left to right."""
    assets: list[Row]
    """Project, key, kind, layer, row, owners, facts (label, text, label, …)."""
    bends: list[list[int]]
    """Edges that pass layers of the projects at their ends: producer, reader, and the row at which
    it passes each layer."""
    reads: list[Row]
    """By asset: for each read, the number of the asset and its columns (0: unknown, 1: all, or a
    list of their indexes in that asset)."""
    checks: list[list[Row]]
    """By asset: name, kind, flags, place, columns."""
    first: list[int]
    """By asset: number of its first column."""
    names: list[int]
    """By column."""
    types: list[int]
    """By column."""
    flags: list[int]
    """By column; see `columns`."""
    origins: list[int | list[int]]
    """By column: the columns that it is computed from."""
    exposures: list[Row]
    """Project, name, type, owner, place, assets."""
    jobs: list[Row]
    """Project, name, kind, cron, place, assets."""
    findings: list[Row]
    """Project, code, rule, level, place, message, fix, owners, assets, column."""
    changes: list[Row]
    """Project, level, kind, whether it fails, place, message, settled, readers, owners, assets,
    name of the column."""

    @property
    def counts(self) -> ContentCounts:
        """The numbers of the page."""
        return ContentCounts(
            sum(one[2] != 0 for one in self.projects),
            len(self.assets),
            len(self.names),
            len(self.findings),
            len(self.changes),
        )


def document(
    graph: LineageGraph,
    settings: Settings,
    findings: tuple[Finding, ...] = (),
    *,
    title: str = "Lineage",
    diff: InterfaceDiff | None = None,
    removed: tuple[LocatedAsset, ...] = (),
    base: str = "",
) -> Document:
    """Return the content of the page of a graph.

    Args:
        graph: The interface graph.
        settings: Settings with the external keys.
        findings: Findings of the check.
        title: Title of the page.
        diff: Changes of a branch, if it is compared with its base.
        removed: Assets that exist at base only.
        base: Branch and commit of the base.
    """
    texts = Texts()
    nodes = collect(graph, settings, removed)
    columns = column_table(nodes, texts)
    projects = _project_numbers(nodes)
    reads, edges = _reads(nodes, columns)
    outside = len(nodes.locations) in projects
    placing = place(projects, edges, len(nodes.locations) + outside)
    subjects = SubjectFinder(graph, nodes, columns)
    return Document(
        title=title,
        base=base,
        projects=_projects(nodes, projects, texts, outside=outside),
        stacks=placing.stacks,
        assets=[
            [
                projects[box],
                texts(node.asset.key),
                texts(node.kind),
                placing.layers[box],
                placing.rows[box],
                [texts(owner) for owner in node.asset.owners],
                [texts(part) for pair in facts(node) for part in pair],
            ]
            for box, node in enumerate(nodes.nodes)
        ],
        bends=[[*edge, *rows] for edge, rows in placing.bends.items()],
        reads=reads,
        checks=_checks(nodes, texts),
        first=columns.first,
        names=columns.names,
        types=columns.types,
        flags=columns.flags,
        origins=columns.origins,
        exposures=_exposures(nodes, texts),
        jobs=_jobs(nodes, texts),
        findings=[_finding(one, subjects, texts) for one in sorted(findings, key=_level_index)],
        changes=[_change(one, subjects, texts) for one in (diff.changes if diff else ())],
        texts=texts.table(),
    )


def _project_numbers(nodes: PageNodes) -> list[int]:
    numbers = {where.file: at for at, where in enumerate(nodes.locations)}
    return [
        numbers[node.where.file] if node.where and node.where.file in numbers else len(numbers)
        for node in nodes.nodes
    ]


def _projects(nodes: PageNodes, numbers: list[int], texts: Texts, *, outside: bool) -> list[Row]:
    owners: list[Counter[str]] = [Counter() for _ in range(len(nodes.locations) + 1)]
    for node, number in zip(nodes.nodes, numbers, strict=True):
        owners[number].update(node.asset.owners)
    shared = Counter(where.project for where in nodes.locations)
    rows: list[Row] = []
    for at, where in enumerate(nodes.locations):
        interface = where.interface
        name = where.project
        if shared[name] > 1 and interface.location:
            name = f"{name} ({interface.location})"
        rows.append(
            [
                texts(name),
                texts(interface.location),
                texts(where.folder),
                [texts(owner) for owner, _ in owners[at].most_common()],
                texts(interface.dialect),
                texts(interface.unreadable),
                [texts(one) for one in interface.unknown],
            ]
        )
    if outside:
        external = [texts(owner) for owner, _ in owners[-1].most_common()]
        rows.append([texts(OUTSIDE_NAME), 0, 0, external, 0, 0, []])
    return rows


def _reads(nodes: PageNodes, columns: ColumnTable) -> tuple[list[Row], list[tuple[int, int]]]:
    rows: list[Row] = []
    edges: list[tuple[int, int]] = []
    for box, node in enumerate(nodes.nodes):
        used: dict[int, object] = {}
        for read in node.asset.reads if node.where else ():
            upstream = nodes.of(node.where, read.key)  # type: ignore[arg-type]
            if upstream is None:
                continue
            edges.append((upstream, box))
            used[upstream] = _used(used_columns(read), columns, upstream)
        rows.append([part for pair in used.items() for part in pair])
    return rows, edges


def _used(used: set[str] | None, columns: ColumnTable, upstream: int) -> int | list[int]:
    if used is None:
        return UNKNOWN_COLUMNS
    places = columns.places[upstream]
    known = sorted(places[name] for name in used if name in places)
    return ALL_COLUMNS if places and len(known) == len(places) else known


def _checks(nodes: PageNodes, texts: Texts) -> list[list[Row]]:
    return [[_check(node, check, texts) for check in node.asset.checks] for node in nodes.nodes]


def _check(node: PageNode, check: Check, texts: Texts) -> Row:
    where = node.where
    flags = BLOCKING * check.blocking + INVISIBLE * (not check.visible)
    return [
        texts(check.name),
        texts(check.kind),
        flags,
        texts(_place(where, check.at) if where else ""),
        [texts(column) for column in check.columns],
    ]


def _place(where: LocatedInterface, at: str) -> str:
    if not at:
        return ""
    file, line = where.path(at)
    return f"{file}:{line}"


def _exposures(nodes: PageNodes, texts: Texts) -> list[Row]:
    return [
        [
            at,
            texts(one.name),
            texts(one.type),
            texts(one.owner),
            texts(_place(where, one.at)),
            [box for box in (nodes.of(where, key) for key in one.reads) if box is not None],
        ]
        for at, where in enumerate(nodes.locations)
        for one in where.interface.exposures
    ]


def _jobs(nodes: PageNodes, texts: Texts) -> list[Row]:
    return [
        [
            at,
            texts(one.name),
            texts(one.kind),
            texts(one.cron),
            texts(_place(where, one.at)),
            [box for box in (nodes.of(where, key) for key in one.targets) if box is not None],
        ]
        for at, where in enumerate(nodes.locations)
        for one in where.interface.jobs
    ]


def _level_index(finding: Finding) -> int:
    return get_args(Level).index(finding.level)


def _finding(finding: Finding, subjects: SubjectFinder, texts: Texts) -> Row:
    boxes, column = subjects.of_finding(finding)
    return [
        subjects.project(finding.project),
        texts(finding.code),
        texts(finding.name),
        texts(finding.level),
        texts(f"{finding.file}:{finding.line}"),
        texts(finding.message),
        texts(finding.fix),
        [texts(owner) for owner in finding.owners],
        boxes,
        column,
    ]


def _change(change: Change, subjects: SubjectFinder, texts: Texts) -> Row:
    readers = [texts(f"{one.project}: {one.name} {one.reason}") for one in change.readers]
    return [
        subjects.project(change.project),
        texts(change.level),
        texts(change.kind),
        int(change.fails),
        texts(f"{change.file}:{change.line}"),
        texts(change.message),
        texts(change.settled),
        readers,
        [texts(owner) for owner in change.owners],
        subjects.of_change(change),
        texts(change.column),
    ]
