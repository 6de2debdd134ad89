"""Plants: edits that a developer could have made, and the findings that they must cause."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LINES_OFF = 4
"""Lines by which a finding may miss the expected place."""


class PlantImpossible(Exception):
    """An edit does not fit the files: its text is missing, or not unique."""


@dataclass(frozen=True)
class Edit:
    """One change of one file."""

    file: str
    """Relative to the repository's root."""
    old: str | None
    """The text to replace, which occurs exactly once; `None`: the file is new."""
    new: str | None
    """The replacement; `None`: the file is deleted."""
    after: tuple[str, ...] = ()
    """Texts that precede it, in order; the first match after them counts."""

    def apply(self, root: Path) -> None:
        """Change the file.

        Raises:
            PlantImpossible: the old text is not in the file, or more than once.
        """
        file = root / self.file
        if self.new is None:
            file.unlink()
        elif self.old is None:
            if file.exists():
                raise PlantImpossible(f"{self.file} is there already")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.new, encoding="utf-8")
        else:
            text = file.read_text(encoding="utf-8")
            start = self._start(text)
            if self.old not in text[start:] or (not self.after and text.count(self.old) > 1):
                raise PlantImpossible(f"{self.file} has not, or not once:\n{self.old[:400]}")
            edited = text[:start] + text[start:].replace(self.old, self.new, 1)
            file.write_text(edited, encoding="utf-8")

    def _start(self, text: str) -> int:
        start = 0
        for before in self.after:
            start = text.find(before, start)
            if start < 0:
                raise PlantImpossible(f"{self.file} has no {before!r}")
            start += len(before)
        return start


@dataclass(frozen=True)
class Expected:
    """An expected finding."""

    code: str
    """Of the rule."""
    places: tuple[tuple[str, ...], ...]
    """Where it may stand: files, each with texts that lead to the line (the first line that has the
    first text, from there the first one that has the second, …). More than one where the fault has
    two ends and either may be fixed."""
    key: str = ""
    """A text that the finding's key contains, where several come at one place."""


@dataclass(frozen=True)
class Plant:
    """A fault, or an edit without expected findings."""

    kind: str
    """Code of the rule that must find it, or the kind of harmless edit."""
    variation: str
    """What was done, in a few words."""
    edits: tuple[Edit, ...]
    """In their order."""
    expected: tuple[Expected, ...] = ()
    """Findings that must come, each of them."""
    tolerated: tuple[Expected, ...] = ()
    """Findings that may come as well: what follows from the fault, or the same fault by another
    rule."""
    touches: frozenset[str] = frozenset()
    """What it needs for itself; plants with something in common are never in one pass."""

    @property
    def projects(self) -> set[str]:
        """Folders under `projects/` whose files it edits."""
        return {edit.file.split("/")[1] for edit in self.edits if edit.file.startswith("projects/")}


def line_of(root: Path, place: tuple[str, ...]) -> int:
    """Return the line of a place in the edited file; 1 for a file without texts.

    Raises:
        PlantImpossible: one of its texts is not in the file.
    """
    file, *texts = place
    line = 0
    if not texts:
        return 1
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    for text in texts:
        rest = [number for number in range(line, len(lines)) if _has(lines[number], text)]
        if not rest:
            raise PlantImpossible(f"{file} has no line with {text!r}")
        line = rest[0] + 1
    return line


def _has(line: str, text: str) -> bool:
    # `- name: visits` is not the line of `visits_made`.
    return line.strip() == text if text.startswith("- name: ") else text in line
