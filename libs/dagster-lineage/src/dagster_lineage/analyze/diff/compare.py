"""The interfaces before and after a branch, compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dagster_lineage.analyze.diff.asset_changes import asset_changes
from dagster_lineage.analyze.diff.branch import Branch, Subject
from dagster_lineage.analyze.diff.changes import LEVELS, Change, InterfaceDiff
from dagster_lineage.analyze.diff.column_changes import column_changes
from dagster_lineage.analyze.diff.pairing import paired
from dagster_lineage.analyze.diff.project_changes import project_changes
from dagster_lineage.model import LineageGraph, LocatedAsset


def compare(
    before: LineageGraph,
    after: LineageGraph,
    *,
    changed_files: frozenset[str] = frozenset(),
    today: dt.date | None = None,
) -> InterfaceDiff:
    """Every change, classed, with the readers that it hurts.

    A breaking change hurts the readers that, as the branch leaves them, still rely on what it takes
    away. It is settled, and does not fail, when there are none, or when the producer keeps another
    version of the dbt model with a deprecation date that is not over and with all that is taken
    away. What a model shows that no other project may read is `internal`, unless one does read it.

    Args:
        before: The graph at the branch's base.
        after: The graph at its head. Interfaces that did not change should be the same objects.
        changed_files: Files that the branch changes, relative to the root: some promises (grain,
            partitions, freshness, contract) cannot be declared by a reader, so that it counts as
            changed along when its file or its facts are.
        today: For deprecation dates; the day of the call unless given.
    """
    branch = Branch(before, after, changed_files, today or dt.datetime.now(tz=dt.UTC).date())
    found = [*project_changes(branch)]
    for pair in paired(before, after):
        if pair.before is not None and pair.after is not None and _same(pair.before, pair.after):
            continue
        found += _of_asset(Subject(branch, pair))
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
    # Equality of dicts does not see their order, but columns have one.
    unmoved = before.where.project == after.where.project
    return unmoved and old == now and list(old.columns) == list(now.columns)


def _of_asset(subject: Subject) -> Iterator[Change]:
    if subject.pair.before is None:
        asset = subject.now.asset
        version = f", version {asset.version} of {asset.name}" if asset.version else ""
        yield subject.told("asset-added", "added", f"{asset.key} is new{version}.")
    elif subject.pair.after is None:
        yield _removed(subject)
    else:
        yield from asset_changes(subject)
        yield from column_changes(subject)


def _removed(subject: Subject) -> Change:
    """An asset that is gone: whoever names its key is hurt, unless somebody else makes it now."""
    asset = subject.old.asset
    after = subject.branch.after
    date = asset.deprecation_date[:10]
    return subject.breaking(
        "asset-removed",
        f"{asset.key} is gone" + (f"; it was deprecated until {date}." if date else "."),
        [] if after.graph.producer(asset.key) else after.on_key(asset.key),
        before=asset.key,
    )
