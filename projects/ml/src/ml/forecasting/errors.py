"""Errors of a history; each message names the data and the fix."""


class ForecastError(Exception):
    """Base class of the errors for which no forecast can be made."""


class HistoryInvalid(ForecastError):
    """Rows or types of the history are not orders of a day."""


class HistoryTooShort(ForecastError):
    """The history has fewer days than a model and its backtest need."""


class CutoffInvalid(ForecastError):
    """The cut-off date is not a date or is outside the history."""
