"""Errors of a history; each message names the data and the fix."""

from datetime import date


class ForecastError(Exception):
    """Base class of the errors for which no forecast can be made."""


class HistoryInvalid(ForecastError):
    """Rows or types of the history are not orders of a day."""


class HistoryTooShort(ForecastError):
    """The history has fewer days than the simplest model needs."""

    def __init__(self, message: str, first_day: date | None = None) -> None:
        """Keep the first day of the history, None if it has no rows."""
        super().__init__(message)
        self.first_day = first_day


class CutoffInvalid(ForecastError):
    """The cut-off date is not a date or is outside the history."""
