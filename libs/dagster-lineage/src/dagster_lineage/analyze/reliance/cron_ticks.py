"""The first tick of a cron schedule, at which the first time window begins."""

from __future__ import annotations

import datetime as dt

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_YEARS = 5
"""Years that are searched; a schedule for the 29th of February ticks at least once in them."""


def first_tick(cron: str, start: dt.datetime) -> dt.datetime | None:
    """Return the first tick of a schedule that is not before a start, in the same time zone.

    Args:
        cron: Five fields with numbers, ranges, lists and steps.
        start: The earliest time.

    Returns:
        The time; None if the schedule has another syntax or never ticks.
    """
    fields = cron.split()
    try:
        parsed = [_values(text, *bounds) for text, bounds in zip(fields, _RANGES, strict=True)]
    except ValueError:
        return None
    minutes, hours, days, months, weekdays = parsed
    weekdays = {day % 7 for day in weekdays}
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    times = [dt.time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)]
    for offset in range(_YEARS * 366):
        day = start.date() + dt.timedelta(days=offset)
        by_date, by_weekday = day.day in days, day.isoweekday() % 7 in weekdays
        # If cron has both a day of the month and a day of the week, either is enough.
        right_day = by_date or by_weekday if either else by_date and by_weekday
        if day.month in months and right_day:
            for time in times:
                moment = dt.datetime.combine(day, time)
                if moment >= start:
                    return moment
    return None


def _values(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            first, last = str(low), str(high)
        elif step and not last:
            last = str(high)
        found.update(range(int(first), int(last or first) + 1, int(step or 1)))
    if not found <= set(range(low, high + 1)):
        raise ValueError(f"{text} is not within {low} and {high}")
    return found
