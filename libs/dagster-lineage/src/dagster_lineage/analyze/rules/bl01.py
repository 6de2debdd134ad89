"""BL01: entries of the baseline whose findings no longer occur."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed


class StaleBaselineEntry(Rule):
    """The baseline has entries whose findings no longer occur.

    The findings are fixed. As long as the entries stay, the same faults can return unnoticed.

    **Anti-pattern**

    A baseline that is written once and never updated.

    **Best practice**

    Write the baseline again after a fix, and commit it.

        lineage check --write-baseline lineage-baseline.json
    """

    code: ClassVar[str] = "BL01"
    name: ClassVar[str] = "stale-baseline-entry"
    level: ClassVar[Level] = "note"

    @classmethod
    def of_entries(cls, fingerprints: Sequence[str], file: str) -> Finding:
        """Return the finding for stale entries of a baseline file."""
        return cls.finding(
            (file, 1),
            "",
            f"{len(fingerprints)} known findings no longer occur: "
            f"{listed(fingerprints, code=False)}.",
            fix=f"Write the baseline again: `lineage check --write-baseline {file}`.",
        )
