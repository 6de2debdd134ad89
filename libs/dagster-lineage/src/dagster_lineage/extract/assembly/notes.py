"""Notes about unknown facts: each reason once, with the assets that it applies to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

SHOWN = 3
"""Names that a note lists; the others are counted."""

MANY = 3
"""Most notes of one reason that are listed one by one."""

_PLACE_IN_SQL = re.compile(r",?\s*Line \d+, Col: \d+\.?", re.IGNORECASE)
"""In the rendered text, which is in no file."""


def by_reason(problems: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A sentence per reason.

    Args:
        problems: Reasons by the key of the asset that they hold for.
    """
    keys: dict[str, list[str]] = {}
    for key in sorted(problems):
        for reason in dict.fromkeys(_PLACE_IN_SQL.sub("", one) for one in problems[key]):
            keys.setdefault(reason, []).append(key)
    return tuple(f"{listed(of)}: {reason}" for reason, of in keys.items())


def condensed(notes: Sequence[str]) -> tuple[str, ...]:
    """Notes of the form `subject: reason`, those of one reason as one, where there are many."""
    subjects: dict[str, list[str]] = {}
    for note in dict.fromkeys(notes):
        subject, colon, reason = note.partition(": ")
        subjects.setdefault(reason if colon else "", []).append(subject)
    return tuple(
        note
        for reason, of in subjects.items()
        for note in (
            [f"{listed(of)}: {reason}"]
            if reason and len(of) > MANY
            else [f"{one}: {reason}" if reason else one for one in of]
        )
    )


def listed(names: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
