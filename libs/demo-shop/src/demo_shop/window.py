"""The days with orders, and the shop's fixed clock."""

from datetime import UTC, date, datetime, timedelta

FIRST_DAY = date(2024, 1, 1)
"""The first day with orders."""

LAST_DAY = date(2026, 6, 30)
"""The last day with orders; fixed, so that a forecast from these orders does not change."""

DAYS = (LAST_DAY - FIRST_DAY).days + 1
"""Number of days with orders."""

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
"""The shop's clock when its database is created: no row was updated later."""

EPOCH_DAY = (FIRST_DAY - date(1970, 1, 1)).days
"""The first day, in days since 1970-01-01."""

DAY_SECONDS = 86_400
SECOND = 1_000_000
"""Microseconds in a second: all times in the generator are microseconds since 1970 in UTC."""


def microseconds(moment: datetime) -> int:
    """Return a time as whole microseconds since 1970-01-01T00:00:00Z.

    Args:
        moment: A time with a time zone.
    """
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
