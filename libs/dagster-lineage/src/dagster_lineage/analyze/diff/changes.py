"""The result of `lineage diff`: changes, their levels and the readers that they break."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Level = Literal["breaking", "deprecated", "compatible", "added", "internal"]
"""`breaking`: a reader that is not changed too can fail or return wrong rows. `deprecated`: still
there, with the day on which it ends. `compatible`: no reader is affected. `added`: new, so it has
no readers. `internal`: of a model that other projects may not read, and do not."""

LEVELS: tuple[Level, ...] = ("breaking", "deprecated", "compatible", "added", "internal")


class BrokenReader(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reader that, at head, still relies on what the branch removes or changes."""

    project: str
    name: str
    """Key of the asset; `source NAME` of a dbt source; `exposure NAME`."""
    reason: str
    """What it relies on, to follow its name: `reads marts/orders#status`."""
    owners: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference between the interfaces at base and head."""

    kind: str
    """Name of the change, such as `column-removed`."""
    level: Level
    project: str
    """Project of the asset, at head if it still exists. Of an expectation that is no longer met:
    the reader's."""
    key: str
    """Key of the asset, at head if it still exists; empty for a whole project."""
    column: str = ""
    """Column, at head if it still exists; empty for the whole asset."""
    before: str = ""
    after: str = ""
    message: str
    """What changed, in one sentence."""
    file: str
    """File that defines the asset, relative to the root; the interface file if it was removed."""
    line: int = 1
    owners: tuple[str, ...] = ()
    """Owners of the asset."""
    readers: tuple[BrokenReader, ...] = ()
    """Of a breaking change: the readers that it breaks."""
    settled: str = ""
    """Of a breaking change: why it breaks no reader, or not yet."""
    old_key: str = ""
    """Key at base, if it is another one at head."""

    @property
    def fails(self) -> bool:
        """Whether it breaks a reader."""
        return self.level == "breaking" and not self.settled

    @property
    def subject(self) -> str:
        """The asset, or the column as `key#column`."""
        return f"{self.key}#{self.column}" if self.column else self.key or self.project


class InterfaceDiff(Struct, frozen=True, kw_only=True):
    """All changes: failing ones first, then by level, project, key and column."""

    changes: tuple[Change, ...]

    @property
    def fails(self) -> bool:
        """Whether a change breaks a reader."""
        return any(change.fails for change in self.changes)

    def of(self, level: Level) -> tuple[Change, ...]:
        """Return the changes of a level."""
        return tuple(change for change in self.changes if change.level == level)

    @property
    def affected_teams(self) -> tuple[str, ...]:
        """Owners of the broken readers; `project NAME` for a reader without owners."""
        return teams_of(change for change in self.changes if change.fails)


def teams_of(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the owners of the broken readers, or the project of one without owners, sorted."""
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
