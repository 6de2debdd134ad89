"""EX02: external keys whose date has passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.files.settings import FILE_NAME, External, external_of
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed


class ExpiredExternal(GraphRule):
    """Keys are declared as external until a day that has passed, and are still read.

    A table that is no longer refreshed is acceptable as long as an owner is responsible for it. The
    date is the day by which the readers were to move, or a producer was to exist.

    **Anti-pattern**

        [[tool.lineage.external]]
        keys = ["legacy/*"]
        owner = "team:finance"
        reason = "frozen while finance moves to marts"
        until = 2024-06-30            # has passed, and marts/revenue still reads legacy/orders

    **Best practice**

    Move the readers and remove the entry, or agree with its owner on a new date and reason. Keys
    that another system produces permanently have no date.

        [[tool.lineage.external]]
        keys = ["legacy/*"]
        owner = "team:finance"
        reason = "two reports left, see the migration board"
        until = 2026-12-31
    """

    code: ClassVar[str] = "EX02"
    name: ClassVar[str] = "expired-external"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per entry after its date, and a note per entry without a match."""
        if not self.settings.external:
            return
        readers = self._readers(graph)
        for entry in self.settings.external:
            reading = readers.get(entry, {})
            if not reading:
                if not graph.unreadable:
                    yield self._of(
                        entry, "note", "matches no key that is read.", "Remove the entry."
                    )
            elif entry.until and entry.until < self.today:
                reads = (f"`{key}` (by `{reader}`)" for key, reader in sorted(reading.items()))
                yield self._of(
                    entry,
                    self.level,
                    f"was accepted until {entry.until} and is still read: "
                    f"{listed(reads, code=False)}.",
                    f"Move the readers, or agree with {entry.owner} on a new date.",
                    tuple(sorted(reading)),
                )

    def _readers(self, graph: LineageGraph) -> dict[External, dict[str, str]]:
        """Return the keys that each entry matches, with one reader of each."""
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

    def _of(
        self, entry: External, level: Level, what: str, fix: str, keys: tuple[str, ...] = ()
    ) -> Finding:
        patterns = ", ".join(entry.keys)
        return self.finding(
            (FILE_NAME, entry.line),
            "",
            f"`{patterns}` {what} The reason was: {entry.reason}",
            fix=fix,
            level=level,
            key=patterns,
            keys=keys,
            owners=(entry.owner,),
        )
