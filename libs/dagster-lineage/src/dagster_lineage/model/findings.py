"""What a rule reports: a finding names the thing, the place, the fix and both ends' owners."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Level = Literal["error", "warning", "note"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong, or (as a note) that could not be known."""

    code: str
    """The rule's, such as `ED01`."""
    name: str
    """The rule's name, such as `edge-to-nothing`."""
    level: Level
    """Errors and warnings make the exit code 1; notes do not."""
    file: str
    """Relative to the repository's root, with forward slashes."""
    line: int
    project: str
    """The project that must be changed to fix it."""
    message: str
    """What was found, in one sentence that names the things."""
    fix: str = ""
    """What to do about it, in one sentence."""
    key: str = ""
    """The asset key it is about, or `key#column`."""
    nearest: str = ""
    """The nearest right name, where a name is wrong."""
    owners: tuple[str, ...] = ()
    """Of the end that is at fault (the reader, in most rules)."""
    other_owners: tuple[str, ...] = ()
    """Of the other end."""
    other_project: str = ""

    @property
    def fingerprint(self) -> str:
        """What makes it the same finding tomorrow: neither its line nor its wording."""
        return f"{self.code} {self.project} {self.key} {self.file}"
