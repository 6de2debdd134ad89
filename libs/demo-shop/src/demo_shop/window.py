"""The days that the shop's books cover, and its fixed clock."""

from datetime import UTC, date, datetime, timedelta

FIRST_DAY = date(2024, 1, 1)
"""The first day with orders."""

LAST_DAY = date(2026, 6, 30)
"""The last day with orders; fixed, so that a forecast made from it is the same tomorrow."""

DAYS = (LAST_DAY - FIRST_DAY).days + 1
"""Number of days with orders."""

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
"""The shop's clock when its database is made: nothing in it was updated later."""

EPOCH_DAY = (FIRST_DAY - date(1970, 1, 1)).days
"""The first day, in days since 1970-01-01."""

DAY_SECONDS = 86_400
SECOND = 1_000_000
"""Microseconds in a second: all times inside the generator are microseconds since 1970 in UTC."""


def microseconds(moment: datetime) -> int:
    """Return a moment as the generator counts time.

    Args:
        moment: A moment with a time zone.

    Returns:
        Whole microseconds since 1970-01-01T00:00:00Z.
    """
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
