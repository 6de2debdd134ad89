"""Findings: the results of rules, with the place, the fix and the owners of both ends."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Level = Literal["error", "warning", "note"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A violation of a rule, or as a note, a fact that is unknown."""

    code: str
    """Code of the rule, such as `ED01`."""
    name: str
    """Name of the rule, such as `unresolved-key`."""
    level: Level
    """With an error or a warning the exit code is 1, with notes alone 0."""
    file: str
    """Path relative to the root of the repository, with forward slashes."""
    line: int
    project: str
    """Project that must be changed; empty for the repository."""
    message: str
    """What was found, in one sentence."""
    fix: str = ""
    """How to fix it, in one sentence."""
    key: str = ""
    """Asset key, or column as `key#column`."""
    keys: tuple[str, ...] = ()
    """Asset keys of a finding about several assets."""
    folders: tuple[str, ...] = ()
    """Folders of the projects of a finding about several projects, relative to the root."""
    nearest: str = ""
    """The name that was probably meant, where a name is wrong."""
    owners: tuple[str, ...] = ()
    """Owners of the end that must be changed, which is the reader in most rules."""
    other_owners: tuple[str, ...] = ()
    """Owners of the other end."""
    other_project: str = ""
    """Project of the other end."""

    @property
    def fingerprint(self) -> str:
        """Identity of the finding in a baseline, independent of its line and its message."""
        return f"{self.code} {self.project} {self.key} {self.file}"
