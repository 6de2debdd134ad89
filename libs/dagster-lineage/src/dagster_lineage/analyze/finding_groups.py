"""Groups of findings that differ only in a name or a number, such as those of numbered siblings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from dagster_lineage.model import split_column
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import listed

FEWEST = 3
"""Number of equal findings from which they are a group."""
_NUMBER = re.compile(r"\d+")


class FindingGroup(Struct, frozen=True):
    """Findings of one rule, project and owner with one cause, or a single finding."""

    findings: tuple[Finding, ...]
    """The findings, in the order of their places."""

    @property
    def first(self) -> Finding:
        """The finding that stands for the group."""
        return self.findings[0]

    @property
    def others(self) -> str:
        """The other findings in words, with their places; empty if there are none."""
        if len(self.findings) == 1:
            return ""
        names = [f"`{one.key}` ({one.file}:{one.line})" for one in self.findings[1:]]
        return f"{len(names)} more: {listed(names, code=False)}."


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Return the findings in groups, in the order of the first finding of each.

    Findings with a suggested name are in one group only if the names differ in numbers.
    """
    alike: dict[object, list[Finding]] = {}
    for one in findings:
        alike.setdefault(_shape(one), []).append(one)
    groups = [
        FindingGroup(tuple(part))
        for group in alike.values()
        for part in ([group] if len(group) >= FEWEST else ([one] for one in group))
    ]
    return sorted(groups, key=lambda group: (group.first.file, group.first.line))


def _shape(finding: Finding) -> tuple[object, ...]:
    """Return what is equal in all findings of a group."""
    key, column = split_column(finding.key)
    texts = (finding.project, finding.message, finding.fix, finding.nearest)
    shapes = []
    for text in texts:
        for name in (column, *(() if column or finding.nearest else (key,))):
            if name:
                text = text.replace(f"`{name}`", "`…`")  # noqa: PLW2901
        shapes.append(_NUMBER.sub("0", text))
    return finding.code, finding.level, finding.owners, *shapes
