"""SU01: a comment that suppresses a finding without a reason."""

from __future__ import annotations

from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model.findings import Finding, Level


class SuppressionWithoutReason(Rule):
    """A comment suppresses a rule and gives no reason.

    The comment has no effect: without a reason, the next reader cannot know whether it still
    applies.

    **Anti-pattern**

        - name: ordrs   # lineage: ignore[ED01]

    **Best practice**

    Give the reason, in the same line or in the line above. In SQL the comment starts with `--`, in
    Jinja it is `{# … #}`.

        - name: ordrs   # lineage: ignore[ED01] the shop team adds it in week 12
    """

    code: ClassVar[str] = "SU01"
    name: ClassVar[str] = "suppression-without-reason"
    level: ClassVar[Level] = "warning"

    @classmethod
    def at_comment(cls, finding: Finding, line: int) -> Finding:
        """Return the finding for a comment that should suppress another one."""
        return cls.finding(
            (finding.file, line),
            finding.project,
            f"The comment suppresses {finding.code} without a reason, so it has no effect.",
            fix=f"Write `lineage: ignore[{finding.code}] reason`.",
            key=finding.key,
            owners=finding.owners,
        )
