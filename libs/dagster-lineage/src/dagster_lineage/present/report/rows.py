"""The rows of the page's data: lists of numbers, as the script of the page reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.extract.dagster_instance import AssetState
from dagster_lineage.model import Check, Interface
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.unknown_columns import unknown_columns
from dagster_lineage.present.report.columns import ColumnTable
from dagster_lineage.present.report.nodes import MISSING, REMOVED, PageNode, PageNodes
from dagster_lineage.present.report.subjects import SubjectFinder
from dagster_lineage.present.report.texts import Texts

GROUP_NAMES = {
    "external": "outside the repository",
    MISSING: "neither produced nor declared",
    REMOVED: "removed projects",
}
"""Names of the groups of keys that are in no interface, by kind. Each has its own owners."""
UNKNOWN_COLUMNS, ALL_COLUMNS = 0, 1
"""Values in place of the list of columns that a read uses."""
BLOCKING, INVISIBLE = 1, 2
"""Flags of a check."""

Row = list[object]


def project_numbers(nodes: PageNodes) -> list[int]:
    """Return the number of the project of each box."""
    numbers = {where.file: at for at, where in enumerate(nodes.locations)}
    groups = {kind: len(numbers) + at for at, kind in enumerate(outside_kinds(nodes))}
    return [numbers[node.where.file] if node.where else groups[node.kind] for node in nodes.nodes]


def outside_kinds(nodes: PageNodes) -> list[str]:
    """Return the kinds of the keys that are in no interface; each is a group of the page."""
    present = {node.kind for node in nodes.nodes if node.where is None}
    return [kind for kind in GROUP_NAMES if kind in present]


def project_rows(nodes: PageNodes, numbers: list[int], texts: Texts) -> list[Row]:
    """Return the rows of the projects; `numbers` are the projects of the boxes."""
    groups = outside_kinds(nodes)
    owners: list[Counter[str]] = [Counter() for _ in range(len(nodes.locations) + len(groups))]
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
                [texts(one) for one in (*_share(interface), *interface.unknown)],
            ]
        )
    for kind, counted_owners in zip(groups, owners[len(nodes.locations) :], strict=True):
        named = [texts(owner) for owner, _ in counted_owners.most_common()]
        rows.append([texts(GROUP_NAMES[kind]), 0, 0, named, 0, 0, []])
    return rows


def _share(interface: Interface) -> Iterator[str]:
    """Yield the share of columns whose origins are unknown, if there are any."""
    share = unknown_columns(interface.assets)
    if share.unknown or share.assets:
        yield share.sentence


def read_rows(nodes: PageNodes, columns: ColumnTable) -> tuple[list[Row], list[tuple[int, int]]]:
    """Return the rows of the reads, and the edges as pairs of boxes (producer, reader)."""
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


def check_rows(node: PageNode, state: AssetState, texts: Texts) -> list[Row]:
    """Return the rows of the checks of a box."""
    return [
        [*_check(node, check, texts), texts(state.checks.get(check.name, ""))]
        for check in node.asset.checks
    ]


def _check(node: PageNode, check: Check, texts: Texts) -> Row:
    where = node.where
    flags = BLOCKING * check.blocking + INVISIBLE * (not check.visible)
    return [
        texts(check.name),
        texts(check.kind),
        flags,
        texts(where.place_text(check.at) if where else ""),
        [texts(column) for column in check.columns],
    ]


def exposure_rows(nodes: PageNodes, texts: Texts) -> list[Row]:
    """Return the rows of the exposures.

    An exposure of an installed package is in every project that installs it, and is shown once.
    """
    rows: dict[tuple[str, str, str, tuple[int, ...]], Row] = {}
    for at, where in enumerate(nodes.locations):
        for one in where.interface.exposures:
            boxes = [box for box in (nodes.of(where, key) for key in one.reads) if box is not None]
            row = [
                at,
                texts(one.name),
                texts(one.type),
                texts(one.owner),
                texts(where.place_text(one.at)),
                boxes,
            ]
            rows.setdefault((one.name, one.type, one.owner, tuple(sorted(boxes))), row)
    return [*rows.values()]


def job_rows(nodes: PageNodes, texts: Texts) -> list[Row]:
    """Return the rows of the jobs, schedules and sensors."""
    return [
        [
            at,
            texts(one.name),
            texts(one.kind),
            texts(one.cron),
            texts(where.place_text(one.at)),
            [box for box in (nodes.of(where, key) for key in one.targets) if box is not None],
        ]
        for at, where in enumerate(nodes.locations)
        for one in where.interface.jobs
    ]


def level_index(finding: Finding) -> int:
    """Return the position of a finding by level, errors first."""
    return get_args(Level).index(finding.level)


def finding_row(finding: Finding, subjects: SubjectFinder, texts: Texts) -> Row:
    """Return the row of a finding."""
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


def change_row(change: Change, subjects: SubjectFinder, texts: Texts) -> Row:
    """Return the row of a change."""
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
