"""The page's data: small numbers and one table of texts, as the page's script reads them."""

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
from dagster_lineage.present.report.nodes import Node, Nodes, collect
from dagster_lineage.present.report.placing import place
from dagster_lineage.present.report.subjects import Subjects
from dagster_lineage.present.report.texts import Texts

OUTSIDE_NAME = "outside the repository"
UNKNOWN_COLUMNS, ALL_COLUMNS = 0, 1
"""What stands in place of the list of columns that a read uses."""
BLOCKING, INVISIBLE = 1, 2
"""Marks of a check."""

Row = list[object]


class Numbers(Struct, frozen=True):
    """How much is on a page."""

    projects: int
    assets: int
    columns: int
    problems: int
    changes: int


class Document(Struct, frozen=True, kw_only=True):
    """Everything on the page. Texts are numbers in `texts`; boxes and columns have numbers, too.

    Attributes:
        title: Of the page.
        base: What it is compared with; empty without a comparison.
        texts: All texts; number 0 is the empty one.
        projects: Name, location, folder, owners, dialect, why it is unreadable, what is unknown.
        stacks: Layers of projects from left to right.
        assets: Project, key, kind, layer, row, owners, facts (label, text, label, …).
        bends: Edges that pass layers of their project, or of the projects at their ends: what is
            read, the reader, and the row where it passes each of the layers.
        reads: By asset: number of what is read, columns (0: not known, 1: all of them, or a list
            of their places in the asset that is read), and so on in turn.
        checks: By asset: name, kind, marks, place, columns.
        first: By asset, the number of its first column.
        names: By column.
        types: By column.
        marks: By column: see `columns`.
        origins: By column: what it is computed from.
        exposures: Project, name, type, owner, place, assets.
        jobs: Project, name, kind, cron, place, assets.
        problems: Project, code, rule, level, place, message, fix, owners, assets, column.
        changes: Project, level, kind, whether it fails, place, message, settled, readers, owners,
            assets, column's name.
    """

    title: str
    base: str
    texts: list[str]
    projects: list[Row]
    stacks: list[list[int]]
    assets: list[Row]
    bends: list[list[int]]
    reads: list[Row]
    checks: list[list[Row]]
    first: list[int]
    names: list[int]
    types: list[int]
    marks: list[int]
    origins: list[int | list[int]]
    exposures: list[Row]
    jobs: list[Row]
    problems: list[Row]
    changes: list[Row]

    @property
    def numbers(self) -> Numbers:
        """How much is on the page."""
        return Numbers(
            sum(one[2] != 0 for one in self.projects),
            len(self.assets),
            len(self.names),
            len(self.problems),
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
    """What a page of a graph holds.

    Args:
        graph: All interfaces.
        settings: Tell what is outside.
        findings: What the rules say.
        title: Of the page.
        diff: What a branch changes, if that was asked for.
        removed: The assets that only the branch's base has.
        base: What the branch is compared with.
    """
    texts = Texts()
    nodes = collect(graph, settings, removed)
    columns = column_table(nodes, texts)
    projects = _project_numbers(nodes)
    reads, edges = _reads(nodes, columns)
    outside = len(nodes.places) in projects
    placing = place(projects, edges, len(nodes.places) + outside)
    subjects = Subjects(graph, nodes, columns)
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
        marks=columns.marks,
        origins=columns.origins,
        exposures=_exposures(nodes, texts),
        jobs=_jobs(nodes, texts),
        problems=[_problem(one, subjects, texts) for one in sorted(findings, key=_worst_first)],
        changes=[_change(one, subjects, texts) for one in (diff.changes if diff else ())],
        texts=texts.table(),
    )


def _project_numbers(nodes: Nodes) -> list[int]:
    numbers = {where.file: at for at, where in enumerate(nodes.places)}
    return [
        numbers[node.where.file] if node.where and node.where.file in numbers else len(numbers)
        for node in nodes.nodes
    ]


def _projects(nodes: Nodes, numbers: list[int], texts: Texts, *, outside: bool) -> list[Row]:
    owners: list[Counter[str]] = [Counter() for _ in range(len(nodes.places) + 1)]
    for node, number in zip(nodes.nodes, numbers, strict=True):
        owners[number].update(node.asset.owners)
    shared = Counter(where.project for where in nodes.places)
    rows: list[Row] = []
    for at, where in enumerate(nodes.places):
        facts_ = where.interface
        name = where.project
        if shared[name] > 1 and facts_.location:
            name = f"{name} ({facts_.location})"
        rows.append(
            [
                texts(name),
                texts(facts_.location),
                texts(where.folder),
                [texts(owner) for owner, _ in owners[at].most_common()],
                texts(facts_.dialect),
                texts(facts_.unreadable),
                [texts(one) for one in facts_.unknown],
            ]
        )
    if outside:
        others = [texts(owner) for owner, _ in owners[-1].most_common()]
        rows.append([texts(OUTSIDE_NAME), 0, 0, others, 0, 0, []])
    return rows


def _reads(nodes: Nodes, columns: ColumnTable) -> tuple[list[Row], list[tuple[int, int]]]:
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


def _checks(nodes: Nodes, texts: Texts) -> list[list[Row]]:
    return [[_check(node, check, texts) for check in node.asset.checks] for node in nodes.nodes]


def _check(node: Node, check: Check, texts: Texts) -> Row:
    where = node.where
    marks = BLOCKING * check.blocking + INVISIBLE * (not check.visible)
    return [
        texts(check.name),
        texts(check.kind),
        marks,
        texts(_place(where, check.at) if where else ""),
        [texts(column) for column in check.columns],
    ]


def _place(where: LocatedInterface, at: str) -> str:
    if not at:
        return ""
    file, line = where.path(at)
    return f"{file}:{line}"


def _exposures(nodes: Nodes, texts: Texts) -> list[Row]:
    return [
        [
            at,
            texts(one.name),
            texts(one.type),
            texts(one.owner),
            texts(_place(where, one.at)),
            [box for box in (nodes.of(where, key) for key in one.reads) if box is not None],
        ]
        for at, where in enumerate(nodes.places)
        for one in where.interface.exposures
    ]


def _jobs(nodes: Nodes, texts: Texts) -> list[Row]:
    return [
        [
            at,
            texts(one.name),
            texts(one.kind),
            texts(one.cron),
            texts(_place(where, one.at)),
            [box for box in (nodes.of(where, key) for key in one.targets) if box is not None],
        ]
        for at, where in enumerate(nodes.places)
        for one in where.interface.jobs
    ]


def _worst_first(finding: Finding) -> int:
    return get_args(Level).index(finding.level)


def _problem(finding: Finding, subjects: Subjects, texts: Texts) -> Row:
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


def _change(change: Change, subjects: Subjects, texts: Texts) -> Row:
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
