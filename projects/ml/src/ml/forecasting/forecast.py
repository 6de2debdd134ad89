"""Forecast of a history by the best of several models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.forecasting.backtest import Backtest, backtest, days_needed
from ml.forecasting.candidates import (
    LEVELS,
    SEASON_DAYS,
    Candidate,
    candidates,
    model_without_backtest,
)

if TYPE_CHECKING:
    import pandas as pd

    from ml.forecasting.history import DailyHistory

HORIZON_DAYS = 28
"""Four weeks, so that all weekdays have the same weight in scores and sums."""
MIN_DAYS = 4 * SEASON_DAYS
"""Shortest history of a forecast: with fewer than four of each weekday, an unusual day cannot be
distinguished from a usual one."""


@dataclass(frozen=True)
class Forecast:
    """A forecast and the backtest by which its model was chosen."""

    days: pd.DataFrame
    """One row per day: `forecast_date` (date), `horizon_day` (1 for the day after the cut-off),
    `predicted_orders`, `lower_80`, `upper_80`, `lower_95`, `upper_95` (orders per day, 0 or
    more), `model`, `cutoff_date` (date)."""
    backtest: Backtest | None
    """None for a history of fewer than `backtest.days_needed` days."""

    @property
    def model(self) -> str:
        """Name of the model."""
        return str(self.days["model"].iloc[0])


def make_forecast(
    history: DailyHistory,
    horizon: int = HORIZON_DAYS,
    competitors: Sequence[Candidate] | None = None,
) -> Forecast:
    """Choose a model by a backtest of the history and forecast the `horizon` days after it.

    A history that is too short for a backtest is forecast by one simple model, or by the baseline
    if every week is equal to the week before. Deterministic: the same history gives the same
    forecast, bit by bit.

    Args:
        history: At least `MIN_DAYS` days.
        horizon: Number of days to forecast.
        competitors: Models of the backtest, the baseline first; by default `candidates()`.
    """
    competitors = candidates() if competitors is None else competitors
    outcome = None
    if history.days >= days_needed(horizon):
        outcome = backtest(history, competitors, horizon)
        chosen = next(one for one in competitors if one.name == outcome.chosen.model)
    elif (history.orders.diff(SEASON_DAYS).dropna() == 0).all():
        chosen = competitors[0]
    else:
        chosen = model_without_backtest()
    ahead = chosen.forecast(history.orders, horizon)
    days = ahead[["ds"]].rename(columns={"ds": "forecast_date"})
    days["forecast_date"] = days["forecast_date"].dt.date
    days["horizon_day"] = range(1, horizon + 1)
    days["predicted_orders"] = ahead[chosen.name]
    for level in LEVELS:
        days[f"lower_{level}"] = ahead[f"{chosen.name}-lo-{level}"]
        days[f"upper_{level}"] = ahead[f"{chosen.name}-hi-{level}"]
    days["model"] = chosen.name
    days["cutoff_date"] = history.cutoff
    return Forecast(days, outcome)
