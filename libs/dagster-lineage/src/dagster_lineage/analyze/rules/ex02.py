"""EX02: keys that were frozen until a day that has passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.files.settings import FILE_NAME, External, external_of
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding, Level


class FrozenExpired(Rule):
    """Keys were declared as external until a day; it has passed, and they are still read.

    A table that nobody refreshes any more is right as long as somebody answers for it. The date is
    the promise to look again: the readers were to move by then, or somebody was to make it.

    **Anti-pattern**

        [[tool.lineage.external]]
        keys = ["legacy/*"]
        owner = "team:finance"
        reason = "frozen while finance moves to marts"
        until = 2024-06-30            # long ago, and marts/revenue still reads legacy/orders

    **Best practice**

    Move the readers and take the entry out, or ask its owner and set a new date with the new
    reason. What another system makes for good has no date.

        [[tool.lineage.external]]
        keys = ["legacy/*"]
        owner = "team:finance"
        reason = "two reports left, see the migration board"
        until = 2026-12-31
    """

    code: ClassVar[str] = "EX02"
    name: ClassVar[str] = "frozen-expired"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One per entry: a finding after its date, a note where it matches nothing."""
        if not self.settings.external:
            return
        readers = self._readers(graph)
        for entry in self.settings.external:
            reading = readers.get(entry, {})
            if not reading:
                if not graph.unreadable:
                    yield self._at(entry, "note", "matches no key that is read.", "Take it out.")
            elif entry.until and entry.until < self.today:
                keys = sorted(reading)
                named = ", ".join(f"`{key}` (by `{reading[key]}`)" for key in keys[:3])
                more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""  # noqa: PLR2004
                yield self._at(
                    entry,
                    self.level,
                    f"was frozen until {entry.until} and is still read: {named}{more}.",
                    f"Move the readers, or ask {entry.owner} for a new date.",
                )

    def _readers(self, graph: LineageGraph) -> dict[External, dict[str, str]]:
        """By entry: the keys that it lets pass, each with one who reads it."""
        found: dict[External, dict[str, str]] = {}
        names = [(edge.read.key, edge.reader.key) for edge in graph.foreign_edges]
        names += [
            (source.key, f"source {source.name}") for _, source in graph.sources() if source.read
        ]
        for key, reader in names:
            if key in graph.producers:
                continue
            entry = external_of(self.settings, key)
            if entry:
                found.setdefault(entry, {}).setdefault(key, reader)
        return found

    def _at(self, entry: External, level: Level, what: str, fix: str) -> Finding:
        patterns = ", ".join(entry.keys)
        return Finding(
            code=self.code,
            name=self.name,
            level=level,
            file=FILE_NAME,
            line=entry.line,
            project="",
            message=f"`{patterns}` {what} The reason was: {entry.reason}",
            fix=fix,
            key=patterns,
            owners=(entry.owner,),
        )
