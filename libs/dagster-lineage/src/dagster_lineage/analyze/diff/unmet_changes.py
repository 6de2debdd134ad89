"""Expectations that a branch leaves unmet although it does not change what they are about.

A reader that starts to read a missing column, or declares another type, breaks like one whose
producer changes. `lineage check` reports both. These changes are named like its rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import Branch, broken, reason_of
from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.reliance.unmet import Aspect, Unmet
from dagster_lineage.model.wording import listed

KINDS: dict[Aspect, str] = {
    "column": "missing-column",
    "type": "incompatible-type",
    "guarantee": "missing-guarantee",
    "access": "non-public-model",
    "partitions": "incompatible-partitions",
}
"""Kind of the change by aspect: the name of the rule."""


def unmet_changes(branch: Branch) -> Iterator[Change]:
    """Yield a breaking change for each unmet expectation that no other change reports."""
    for unmet in branch.introduced():
        readers = branch.after.of_unmet(unmet)
        yield Change(
            kind=KINDS[unmet.aspect],
            level="breaking",
            project=unmet.where.project,
            key=unmet.key,
            column=unmet.column,
            message=_message(unmet, listed((reader.name for reader in readers), code=False)),
            file=unmet.place[0],
            line=unmet.place[1],
            owners=tuple(dict.fromkeys(owner for one in readers for owner in one.owners)),
            readers=tuple(broken(reader, reason_of(unmet)) for reader in readers),
        )


def _message(unmet: Unmet, readers: str) -> str:
    column = f"{unmet.key}#{unmet.column}"
    if unmet.contract and unmet.aspect == "column":
        return f"The contract of {readers} has {unmet.column}, which its query does not select."
    if unmet.contract:
        return (
            f"The contract of {readers} has {unmet.contract_column} as {unmet.expected}; it is a "
            f"copy of {column}, which is {unmet.found}."
        )
    return {
        "column": f"{readers} reads {column}, which does not exist.",
        "type": f"{readers} declares {column} as {unmet.expected}; it is {unmet.found}.",
        "guarantee": f"{readers} relies on {column} being {unmet.expected}, which is not "
        "guaranteed.",
        "access": f"{readers} reads {unmet.key}, which is not public.",
        "partitions": f"{readers} reads {unmet.key} and {unmet.found}.",
    }[unmet.aspect]
