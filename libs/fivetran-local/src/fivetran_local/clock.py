"""Timestamps as Fivetran's API writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now(later_by: float = 0.0) -> str:
    """Return the current time in UTC with microseconds, such as `2024-12-01T15:43:29.013729Z`.

    Always with all six digits, so that timestamps compare as text.

    Args:
        later_by: Seconds to add.
    """
    moment = datetime.now(UTC) + timedelta(seconds=later_by)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
