"""The comparison of the interfaces at base and head of a branch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dagster_lineage.analyze.diff.asset_changes import asset_changes, removed
from dagster_lineage.analyze.diff.branch import Branch
from dagster_lineage.analyze.diff.changes import LEVELS, Change, InterfaceDiff
from dagster_lineage.analyze.diff.column_changes import column_changes
from dagster_lineage.analyze.diff.compared_asset import ComparedAsset
from dagster_lineage.analyze.diff.pairing import paired
from dagster_lineage.analyze.diff.project_changes import project_changes
from dagster_lineage.analyze.diff.source_changes import source_changes
from dagster_lineage.analyze.diff.unmet_changes import unmet_changes
from dagster_lineage.model import LineageGraph, LocatedAsset


def compare(
    before: LineageGraph,
    after: LineageGraph,
    *,
    changed_files: frozenset[str] = frozenset(),
    today: dt.date | None = None,
) -> InterfaceDiff:
    """Return every change with its level and the readers that it breaks.

    A breaking change breaks the readers that, at head, still rely on what it removes. Whether an
    expectation is met is the answer that `lineage check` gives. A reader that declares nothing
    relies on what base had. The change is settled, and does not fail, if there is no such reader,
    or if the producer keeps everything in another version of the dbt model whose deprecation date
    has not passed. Changes of models that other projects may not read, and do not, are `internal`.

    Args:
        before: The graph at base.
        after: The graph at head. Interfaces that did not change should be the same objects.
        changed_files: Files that the branch changes, relative to the root. A reader cannot declare
            that it relies on a grain, a contract or a freshness, so it counts as adapted if its
            file or its facts change.
        today: The day with which dates are compared; today in UTC by default.
    """
    if [id(one.interface) for one in before.located] == [
        id(one.interface) for one in after.located
    ]:
        return InterfaceDiff(changes=())
    branch = Branch(before, after, changed_files, today or dt.datetime.now(tz=dt.UTC).date())
    found = [*project_changes(branch)]
    for pair in paired(before, after):
        if pair.before is None or pair.after is None or not _same(pair.before, pair.after):
            found += _changes_of(ComparedAsset(branch, pair))
    found += source_changes(branch)
    found += unmet_changes(branch)
    found.sort(
        key=lambda one: (
            not one.fails,
            LEVELS.index(one.level),
            one.project,
            one.key,
            one.kind,
            one.column,
        )
    )
    return InterfaceDiff(changes=tuple(found))


def _same(before: LocatedAsset, after: LocatedAsset) -> bool:
    old, now = before.asset, after.asset
    # Equal dictionaries can differ in order, and columns have one.
    same_project = before.where.project == after.where.project
    return same_project and old == now and list(old.columns) == list(now.columns)


def _changes_of(compared: ComparedAsset) -> Iterator[Change]:
    if compared.pair.before is None:
        asset = compared.now.asset
        version = f", version {asset.version} of {asset.name}" if asset.version else ""
        yield compared.change("asset-added", f"{asset.key} is new{version}.", level="added")
    elif compared.pair.after is None:
        yield removed(compared)
    else:
        yield from asset_changes(compared)
        yield from column_changes(compared)
