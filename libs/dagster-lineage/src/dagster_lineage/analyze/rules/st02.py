"""ST02: a code location that could not be loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from msgspec.structs import replace

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph, LocatedInterface
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import listed


class UnreadableLocation(GraphRule):
    """A code location could not be loaded, so its assets and reads are unknown.

    Its edges are not checked, and a key that only it may produce is neither reported as wrong nor
    as undeclared. Other keys are: those that are a known key in another spelling, and those under a
    prefix of which a code location that loads produces most keys. The rule runs with every
    selection of rules and its findings are not added to a baseline, because without it a check of
    nothing would pass.

    **Anti-pattern**

        lineage check        # exit code 0 because no code location loads in this environment

    **Best practice**

    Fix the code location and write its interface. Accept it for one run, as a note, with
    `--allow-unreadable`.

        lineage lock payments
        lineage check
        lineage check --allow-unreadable
    """

    code: ClassVar[str] = "ST02"
    name: ClassVar[str] = "unreadable-location"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per code location; the first one names the keys that are unknown."""
        if not graph.unreadable:
            return
        keys = sorted({one.key for one in self.context.unresolved if one.unknown})
        unknown = f" The producer of {listed(keys)} is unknown." if keys else ""
        for where in graph.unreadable:
            yield replace(self.of_location(where, unknown), keys=tuple(keys))
            unknown, keys = "", []

    @classmethod
    def of_location(cls, where: LocatedInterface, unknown: str = "") -> Finding:
        """Return the finding of a code location, at its entry in the workspace.

        Args:
            where: The interface with the error.
            unknown: Sentence about the keys that are unknown, with a space before it.
        """
        location = where.interface.location or where.project
        reason = where.interface.unreadable.strip().splitlines()[-1].rstrip(".")
        return cls.finding(
            where.path(where.interface.listed_at),
            where.project,
            f"Code location `{location}` could not be loaded: {reason}. Its assets and reads were "
            f"not checked.{unknown}",
            fix="Fix the code location and run `lineage lock`. "
            "`lineage check --allow-unreadable` accepts it for one run.",
            key=location,
        )
