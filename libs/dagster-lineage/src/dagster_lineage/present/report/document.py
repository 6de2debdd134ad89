"""The data of the page: numbers and one table of texts, as its script reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from msgspec import Struct

from dagster_lineage.analyze.diff.changes import InterfaceDiff
from dagster_lineage.extract.dagster_instance import AssetState
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.unknown_columns import unknown_columns
from dagster_lineage.model.wording import counted
from dagster_lineage.present.report.checkout import Checkout
from dagster_lineage.present.report.columns import column_table
from dagster_lineage.present.report.facts import facts
from dagster_lineage.present.report.nodes import PageNode, collect
from dagster_lineage.present.report.placing import place
from dagster_lineage.present.report.rows import (
    Row,
    change_row,
    check_rows,
    exposure_rows,
    finding_row,
    job_rows,
    level_index,
    project_numbers,
    project_rows,
    read_rows,
)
from dagster_lineage.present.report.subjects import SubjectFinder
from dagster_lineage.present.report.texts import Texts


class Document(Struct, frozen=True, kw_only=True):
    """The content of the page. Texts are numbers in `texts`; assets and columns are numbers too."""

    title: str
    summary: str
    """Number of assets, projects, columns, findings by level, and changes."""
    locations: int
    """Number of code locations; the other projects are groups of keys without an interface."""
    link: str
    """Address of a file with `{path}` and `{line}`; empty for no links."""
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
    sql: list[int]
    """By asset: its SQL."""
    described: list[int]
    """By asset: its description."""
    column_described: dict[int, int]
    """Descriptions of the columns that have one, by number of the column."""
    bends: list[list[int]]
    """Edges that pass layers of the projects at their ends: producer, reader, and the row at which
    it passes each layer."""
    reads: list[Row]
    """By asset: for each read, the number of the asset and its columns (0: unknown, 1: all, or a
    list of their indexes in that asset)."""
    checks: list[list[Row]]
    """By asset: name, kind, flags, place, columns, last result."""
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


def document(
    graph: LineageGraph,
    settings: Settings,
    findings: tuple[Finding, ...] = (),
    *,
    title: str = "Lineage",
    diff: InterfaceDiff | None = None,
    removed: tuple[LocatedAsset, ...] = (),
    base: str = "",
    checkout: Checkout | None = None,
    states: Mapping[str, AssetState] = MappingProxyType({}),
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
        checkout: The files of the repository; without them there is no SQL.
        states: What a Dagster instance knows of the assets, by key.
    """
    texts = Texts()

    def state_of(node: PageNode) -> AssetState:
        return states.get(node.asset.key, AssetState())

    nodes = collect(graph, settings, removed)
    columns = column_table(nodes, texts)
    projects = project_numbers(nodes)
    reads, edges = read_rows(nodes, columns)
    named = project_rows(nodes, projects, texts)
    placing = place(projects, edges, len(named))
    subjects = SubjectFinder(graph, nodes, columns)
    return Document(
        title=title,
        summary=_summary(graph, findings, diff),
        locations=len(nodes.locations),
        link=checkout.link if checkout else "",
        base=base,
        projects=named,
        stacks=placing.stacks,
        assets=[
            [
                projects[box],
                texts(node.asset.key),
                texts(node.kind),
                placing.layers[box],
                placing.rows[box],
                [texts(owner) for owner in node.asset.owners],
                [texts(part) for pair in facts(node, state_of(node)) for part in pair],
            ]
            for box, node in enumerate(nodes.nodes)
        ],
        sql=[texts(checkout.sql(node) if checkout else "") for node in nodes.nodes],
        described=[texts(node.asset.description) for node in nodes.nodes],
        column_described={
            columns.first[box] + at: texts(column.description)
            for box, node in enumerate(nodes.nodes)
            for at, column in enumerate(node.asset.columns.values())
            if column.description
        },
        bends=[[*edge, *rows] for edge, rows in placing.bends.items()],
        reads=reads,
        checks=[check_rows(node, state_of(node), texts) for node in nodes.nodes],
        first=columns.first,
        names=columns.names,
        types=columns.types,
        flags=columns.flags,
        origins=columns.origins,
        exposures=exposure_rows(nodes, texts),
        jobs=job_rows(nodes, texts),
        findings=[finding_row(one, subjects, texts) for one in sorted(findings, key=level_index)],
        changes=[change_row(one, subjects, texts) for one in (diff.changes if diff else ())],
        texts=texts.table(),
    )


def _summary(graph: LineageGraph, findings: tuple[Finding, ...], diff: InterfaceDiff | None) -> str:
    assets = [one.asset for one in graph.assets() if one.asset.executable]
    levels = Counter(finding.level for finding in findings)
    share = unknown_columns(assets)
    parts = [
        counted(len(assets), "asset"),
        counted(len({where.project for where in graph.located}), "project"),
        counted(sum(len(asset.columns) for asset in assets), "column"),
        *([f"{share.percent} of model columns with unknown origins"] if share.columns else []),
        *(counted(levels[level], level) for level in get_args(Level) if levels[level]),
        *([] if findings else ["no findings"]),
        *([counted(len(diff.changes), "change")] if diff else []),
    ]
    return ", ".join(parts)
