"""Notes about unknown facts: each reason once, with the assets that it applies to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dagster_lineage.model.wording import listed

MAX_SEPARATE = 3
"""Notes of one reason that are listed separately."""


def by_reason(problems: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return a sentence for each reason, with some of its assets and details.

    Args:
        problems: Reasons by key of the asset. A reason can end with a detail: `reason: detail`.
    """
    keys: dict[str, list[str]] = {}
    details: dict[str, list[str]] = {}
    for key in sorted(problems):
        for problem in problems[key]:
            reason, _, detail = problem.partition(": ")
            keys.setdefault(reason, []).append(key)
            details.setdefault(reason, []).extend([detail] if detail else [])
    texts = {reason: listed(some, code=False) for reason, some in details.items()}
    return tuple(
        ": ".join(part for part in (listed(of, code=False), reason, texts[reason]) if part)
        for reason, of in keys.items()
    )


def condensed(notes: Sequence[str]) -> tuple[str, ...]:
    """Return notes of the form `subject: reason`, with one note for a reason of many subjects."""
    subjects: dict[str, list[str]] = {}
    for note in dict.fromkeys(notes):
        subject, colon, reason = note.partition(": ")
        subjects.setdefault(reason if colon else "", []).append(subject)
    return tuple(
        note
        for reason, of in subjects.items()
        for note in (
            [f"{listed(of, code=False)}: {reason}"]
            if reason and len(of) > MAX_SEPARATE
            else [f"{one}: {reason}" if reason else one for one in of]
        )
    )
