"""One asset at both ends of a branch, and how a change of it is classed and settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from dagster_lineage.analyze.diff.changes import BrokenReader, Change, Level
from dagster_lineage.analyze.diff.pairing import AssetPair
from dagster_lineage.analyze.diff.reliance import Reliance, facts_of
from dagster_lineage.analyze.diff.type_changes import type_change
from dagster_lineage.model import Asset, Column, Edge, LineageGraph, LocatedAsset, LocatedInterface

_HIDDEN = frozenset({"private", "protected"})


class Branch:
    """What every change is judged by.

    Args:
        before: The graph at base.
        after: The graph at head.
        changed_files: Files that the branch changed, relative to the root.
        today: A deprecated version counts as kept until its date has passed.
    """

    def __init__(
        self,
        before: LineageGraph,
        after: LineageGraph,
        changed_files: frozenset[str],
        today: dt.date,
    ) -> None:
        self.before = Reliance(before)
        self.after = Reliance(after)
        self.changed_files = changed_files
        self.today = today
        self._made_in: dict[int, frozenset[str]] = {}

    def changed_reader(self, edge: Edge) -> bool:
        """Whether a reader was changed in the branch: one of its files, or what it makes or reads.

        That is asked where a reader has no way to declare what it relies on.
        """
        asset = edge.reader
        files = {edge.place[0], edge.where.path(asset.at)[0]}
        if asset.described_at:
            files.add(edge.where.path(asset.described_at)[0])
        if files & self.changed_files:
            return True
        before = self._assets_before.get((edge.where.project, asset.key))
        return before is None or facts_of(before) != facts_of(asset)

    @cached_property
    def _assets_before(self) -> dict[tuple[str, str], Asset]:
        return {
            (producer.where.project, producer.asset.key): producer.asset
            for producer in self.before.graph.assets()
        }

    def made_in(self, where: LocatedInterface) -> frozenset[str]:
        """Keys that a code location makes."""
        found = self._made_in.get(id(where.interface))
        if found is None:
            found = frozenset(asset.key for asset in where.interface.assets if asset.executable)
            self._made_in[id(where.interface)] = found
        return found

    def kept_by(self, before: LocatedAsset, key: str, column: str, was: Column | None) -> str:
        """The version of the same model that still keeps what a change takes away.

        Args:
            before: The asset as it was.
            key: Of the asset that changed, after the branch: it cannot be its own old version.
            column: That the change is about, or empty.
            was: That column as it was.

        Returns:
            `KEY keeps it until DATE`, or nothing.
        """
        for where in self.after.graph.located:
            if where.project != before.where.project or not before.asset.name:
                continue
            for asset in where.interface.assets:
                if (
                    asset.name == before.asset.name
                    and asset.package == before.asset.package
                    and asset.key != key
                    and asset.version
                    and self._not_over(asset.deprecation_date)
                    and (was is None or _keeps(asset, column, was, where.interface.dialect))
                ):
                    return f"{asset.key} keeps it until {asset.deprecation_date[:10]}"
        return ""

    def _not_over(self, date: str) -> bool:
        try:
            return dt.datetime.fromisoformat(date).date() >= self.today
        except ValueError:
            return False


@dataclass
class Subject:
    """An asset of either end or both, which makes the changes that are told of it.

    Attributes:
        branch: What they are judged by.
        pair: The asset before and after; at least one is there.
    """

    branch: Branch
    pair: AssetPair

    @property
    def old(self) -> LocatedAsset:
        """The asset as it was (as it is, for a new one)."""
        producer = self.pair.before or self.pair.after
        assert producer is not None  # noqa: S101 - a pair has a side
        return producer

    @property
    def now(self) -> LocatedAsset:
        """The asset as it is (as it was, for one that is gone)."""
        producer = self.pair.after or self.pair.before
        assert producer is not None  # noqa: S101 - a pair has a side
        return producer

    @cached_property
    def visible(self) -> bool:
        """Another project may read it, or does although it may not."""
        sides = [producer for producer in (self.pair.before, self.pair.after) if producer]
        if any(producer.asset.access not in _HIDDEN for producer in sides):
            return True
        return any(
            reliance.has_foreign(producer.asset.key, producer.where.project)
            for producer in sides
            for reliance in (self.branch.before, self.branch.after)
        )

    def told(
        self,
        kind: str,
        level: Level,
        message: str,
        *,
        column: str = "",
        before: str = "",
        after: str = "",
    ) -> Change:
        """A change that hurts nobody."""
        file, line = self._place(column)
        old_key = self.old.asset.key
        return Change(
            kind=kind,
            level=level if self.visible else "internal",
            project=self.now.where.project,
            key=self.now.asset.key,
            column=column,
            before=before,
            after=after,
            message=message,
            file=file,
            line=line,
            owners=self.now.asset.owners,
            old_key=old_key if old_key != self.now.asset.key else "",
        )

    def breaking(
        self,
        kind: str,
        message: str,
        hurt: Iterable[BrokenReader],
        *,
        column: str = "",
        before: str = "",
        after: str = "",
        was: Column | None = None,
    ) -> Change:
        """A change that hurts whom it hurts; `was` is the column that it takes something from."""
        change = self.told(kind, "breaking", message, column=column, before=before, after=after)
        if change.level == "internal":
            return change
        readers = tuple(sorted(hurt, key=lambda one: (one.project, one.name, one.reason)))
        if readers:
            # What has another key now can be the kept version itself: nothing else was taken away.
            key = "" if change.old_key and not column else self.now.asset.key
            settled = self.branch.kept_by(self.old, key, column, was)
        elif self._was_read:
            settled = "no reader in the repository relies on it any more"
        else:
            settled = "nobody in the repository reads it"
        return replace(change, readers=readers, settled=settled)

    @cached_property
    def _was_read(self) -> bool:
        return next(self.branch.before.on_key(self.old.asset.key), None) is not None

    def _place(self, column: str) -> tuple[str, int]:
        """Where a change is shown: at the asset, or in its interface where it is gone."""
        if self.pair.after is None:
            return self.old.where.file, 1
        asset = self.now.asset
        known = asset.columns.get(column)
        if known and known.line:
            return self.now.where.path(asset.described_at or asset.at)[0], known.line
        return self.now.place


def _keeps(asset: Asset, column: str, was: Column, dialect: str) -> bool:
    folded = column.casefold()
    kept = next((one for name, one in asset.columns.items() if name.casefold() == folded), None)
    if kept is None:
        return False
    typed = not was.type or (
        bool(kept.type) and type_change(was.type, kept.type, dialect) in ("same", "widened")
    )
    return typed and kept.not_null >= was.not_null and kept.unique >= was.unique
