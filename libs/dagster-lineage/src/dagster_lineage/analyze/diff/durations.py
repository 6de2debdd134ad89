"""How long a freshness promise allows data to be old, as far as its text tells."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(
    r"(\d+(?:\.\d+)?)\s*(seconds?|s|minutes?|min|m|hours?|h|days?|d|weeks?|w)\b", re.IGNORECASE
)
_CLOCK = re.compile(r"\b(\d{1,3}):([0-5]\d):([0-5]\d)\b")


def seconds_in(text: str) -> float | None:
    """The one span of time that a text names, in seconds; None where it names none, or several.

    >>> seconds_in("at most 36 hours")
    129600.0
    """
    spans = [float(number) * _UNITS[unit[0].lower()] for number, unit in _SPAN.findall(text)]
    spans += [
        int(hours) * 3600.0 + int(minutes) * 60 + int(seconds)
        for hours, minutes, seconds in _CLOCK.findall(text)
    ]
    return spans[0] if len(spans) == 1 else None
