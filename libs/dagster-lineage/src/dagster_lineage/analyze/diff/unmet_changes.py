"""Expectations that a branch leaves unmet although it does not change what they are about.

A reader that starts to read a missing column, or declares another type, breaks like one whose
producer changes. `lineage check` reports both. These changes are named like its rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import Branch, broken, reason_of
from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.reliance.unmet import Aspect
from dagster_lineage.model.wording import listed

KINDS: dict[Aspect, str] = {
    "column": "missing-column",
    "type": "incompatible-type",
    "guarantee": "missing-guarantee",
    "access": "non-public-model",
    "partitions": "incompatible-partitions",
}
"""Kind of the change by aspect: the name of the rule."""


_PROBLEMS: dict[Aspect, str] = {
    "column": "{subject} does not exist",
    "type": "{subject} is {found}",
    "guarantee": "{subject} is not guaranteed to be {expected}",
    "access": "{subject} is not public",
    "partitions": "Dagster cannot map them",
}


def unmet_changes(branch: Branch) -> Iterator[Change]:
    """Yield a breaking change for each unmet expectation that no other change reports."""
    for unmet in branch.introduced():
        readers = branch.after.of_unmet(unmet)
        names = listed((reader.name for reader in readers), code=False)
        problem = _PROBLEMS[unmet.aspect].format(
            subject=f"{unmet.key}#{unmet.column}" if unmet.column else unmet.key,
            found=unmet.found,
            expected=unmet.expected,
        )
        yield Change(
            kind=KINDS[unmet.aspect],
            level="breaking",
            project=unmet.where.project,
            key=unmet.key,
            column=unmet.column,
            message=f"{names} {reason_of(unmet)}: {problem}.",
            file=unmet.place[0],
            line=unmet.place[1],
            owners=tuple(dict.fromkeys(owner for one in readers for owner in one.owners)),
            readers=tuple(broken(reader, reason_of(unmet)) for reader in readers),
        )
