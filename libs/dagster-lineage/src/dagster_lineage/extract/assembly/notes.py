"""Notes about unknown facts: each reason once, with the assets that it applies to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from dagster_lineage.model.wording import listed

MAX_SEPARATE = 3
"""Notes of one reason that are listed separately."""

_PLACE_IN_SQL = re.compile(r",?\s*Line \d+, Col: \d+\.?", re.IGNORECASE)
"""Place in the rendered SQL, which is in no file."""


def by_reason(problems: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return a sentence for each reason.

    Args:
        problems: Reasons by key of the asset.
    """
    keys: dict[str, list[str]] = {}
    for key in sorted(problems):
        for reason in dict.fromkeys(_PLACE_IN_SQL.sub("", one) for one in problems[key]):
            keys.setdefault(reason, []).append(key)
    return tuple(f"{listed(of, code=False)}: {reason}" for reason, of in keys.items())


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
