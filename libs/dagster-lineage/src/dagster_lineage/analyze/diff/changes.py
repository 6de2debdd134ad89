"""A change of an interface, its class, and the readers that still rely on what was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Level = Literal["breaking", "deprecated", "compatible", "added", "internal"]
"""`breaking`: a reader may fail, or be wrong, unless it is changed too. `deprecated`: still there,
with a day on which it ends. `compatible`: every reader goes on as before. `added`: nobody can have
read it. `internal`: of a model that no other project may read, and none does."""

LEVELS: tuple[Level, ...] = ("breaking", "deprecated", "compatible", "added", "internal")


class BrokenReader(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that, as the branch stands, still relies on what the branch takes away."""

    project: str
    name: str
    """Key of the asset that reads; of a dbt source `source NAME`, of an exposure
    `exposure NAME`."""
    reason: str
    """What it relies on, to follow its name: `reads marts/orders#status`."""
    owners: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is different after the branch."""

    kind: str
    """What happened, such as `column-removed`."""
    level: Level
    project: str
    """The producer's, after the branch where it is still there."""
    key: str
    """The asset's, after the branch where it is still there; empty for a whole project."""
    column: str = ""
    """Likewise; empty for what is about the whole asset."""
    before: str = ""
    after: str = ""
    message: str
    """What happened, in one sentence that names the things."""
    file: str
    """Where the asset is defined, or was: relative to the root."""
    line: int = 1
    owners: tuple[str, ...] = ()
    """Of the asset that changed."""
    readers: tuple[BrokenReader, ...] = ()
    """Breaking only: who would be hurt."""
    settled: str = ""
    """Breaking only: why it hurts nobody, or not yet."""
    old_key: str = ""
    """Key before the branch, where it is another one."""

    @property
    def fails(self) -> bool:
        """It hurts somebody, and nothing was done about it."""
        return self.level == "breaking" and not self.settled

    @property
    def subject(self) -> str:
        """The asset, or the column as `key#column`."""
        return f"{self.key}#{self.column}" if self.column else self.key or self.project


class InterfaceDiff(Struct, frozen=True, kw_only=True):
    """All changes, the worst first, then by project, key and column."""

    changes: tuple[Change, ...]

    @property
    def fails(self) -> bool:
        """Some change hurts somebody."""
        return any(change.fails for change in self.changes)

    def of(self, level: Level) -> tuple[Change, ...]:
        """The changes of one class."""
        return tuple(change for change in self.changes if change.level == level)

    @property
    def affected_teams(self) -> tuple[str, ...]:
        """Owners of the readers that fail; the project where a reader has none."""
        return teams_of(change for change in self.changes if change.fails)


def teams_of(changes: Iterable[Change]) -> tuple[str, ...]:
    """Whom the changes hurt: owners of their readers, or the project of one without, sorted."""
    return tuple(
        sorted(
            {
                name
                for change in changes
                for reader in change.readers
                for name in reader.owners or (f"project {reader.project}",)
            }
        )
    )
