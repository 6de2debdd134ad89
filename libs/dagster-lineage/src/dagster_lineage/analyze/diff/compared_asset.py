"""One asset at base and head, and the changes of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from msgspec.structs import replace

from dagster_lineage.analyze.diff.branch import Branch
from dagster_lineage.analyze.diff.changes import BrokenReader, Change, Level
from dagster_lineage.analyze.diff.pairing import AssetPair
from dagster_lineage.analyze.reliance.access import HIDDEN
from dagster_lineage.model import Column, LocatedAsset


class ComparedAsset:
    """One asset compared at base and head; makes its changes.

    Args:
        branch: The two graphs.
        pair: The asset at base and head.
    """

    def __init__(self, branch: Branch, pair: AssetPair) -> None:
        self.branch = branch
        self.pair = pair

    @property
    def old(self) -> LocatedAsset:
        """The asset at base; at head if it is new."""
        located = self.pair.before or self.pair.after
        assert located is not None  # noqa: S101 - a pair has a side
        return located

    @property
    def now(self) -> LocatedAsset:
        """The asset at head; at base if it was removed."""
        located = self.pair.after or self.pair.before
        assert located is not None  # noqa: S101 - a pair has a side
        return located

    @cached_property
    def visible(self) -> bool:
        """Whether another project may read it, or does although it may not."""
        sides = [located for located in (self.pair.before, self.pair.after) if located]
        for located in sides:
            if located.asset.access not in HIDDEN:
                return True
        for located in sides:
            for readers in (self.branch.before, self.branch.after):
                if readers.read_by_another_project(located.asset.key, located.where.project):
                    return True
        return False

    def change(
        self,
        kind: str,
        message: str,
        sides: tuple[str, str] = ("", ""),
        *,
        column: str = "",
        level: Level = "compatible",
    ) -> Change:
        """Return a change that breaks no reader; internal if no other project can see it.

        Args:
            kind: Name of the change.
            message: What changed.
            sides: Values at base and head.
            column: Name of the column at head, of a change of a column.
            level: Level of the change.
        """
        file, line = self._place(column)
        old_key = self.old.asset.key
        return Change(
            kind=kind,
            level=level if self.visible else "internal",
            project=self.now.where.project,
            key=self.now.asset.key,
            column=column,
            before=sides[0],
            after=sides[1],
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
        readers: Iterable[BrokenReader],
        sides: tuple[str, str] = ("", ""),
        *,
        column: str = "",
        was: Column | None = None,
    ) -> Change:
        """Return a breaking change, settled if it breaks no reader.

        Args:
            kind: Name of the change.
            message: What changed.
            readers: The readers that it breaks; only the first entry of each reader counts.
            sides: Values at base and head.
            column: Name of the column at head, of a change of a column.
            was: The column at base, of a change that removes or weakens it.
        """
        change = self.change(kind, message, sides, column=column, level="breaking")
        if change.level == "internal":
            return change
        unique = {(one.project, one.name): one for one in reversed([*readers])}
        found = tuple(unique[name] for name in sorted(unique))
        if found:
            # An asset with another key can be the kept version itself: only its key was removed.
            key = "" if change.old_key and not column else self.now.asset.key
            settled = self.branch.kept_by(self.old, key, column, was)
        elif self._was_read:
            settled = "no reader in the repository relies on it any more"
        else:
            settled = "it has no reader in the repository"
        return replace(change, readers=found, settled=settled)

    @cached_property
    def _was_read(self) -> bool:
        return next(self.branch.before.of_key(self.old.asset.key), None) is not None

    def _place(self, column: str) -> tuple[str, int]:
        """Return the place of the asset or column; the interface file if the asset was removed."""
        if self.pair.after is None:
            return self.old.where.file, 1
        asset = self.now.asset
        known = asset.columns.get(column)
        if known and known.line:
            return self.now.where.path(asset.described_at or asset.at)[0], known.line
        return self.now.place
