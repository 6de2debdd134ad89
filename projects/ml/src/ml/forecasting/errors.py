"""What can be wrong with a history, each with what to do about it."""


class ForecastError(Exception):
    """A forecast cannot be made; the message names the data and the mend."""


class HistoryInvalid(ForecastError):
    """Rows or types that cannot be the orders of a day."""


class HistoryTooShort(ForecastError):
    """Fewer days than a model and its backtest need."""


class CutoffInvalid(ForecastError):
    """A cut-off date that is no date, or lies outside the history."""
