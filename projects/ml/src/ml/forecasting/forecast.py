"""Forecast of a history by the best of several models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.forecasting.backtest import Backtest, backtest
from ml.forecasting.candidates import LEVELS, Candidate, candidates

if TYPE_CHECKING:
    import pandas as pd

    from ml.forecasting.history import DailyHistory

HORIZON_DAYS = 28
"""Four weeks, so that all weekdays have the same weight in scores and sums."""


@dataclass(frozen=True)
class Forecast:
    """A forecast and the backtest by which its model was chosen."""

    days: pd.DataFrame
    """One row per day: `forecast_date` (date), `horizon_day` (1 for the day after the cut-off),
    `predicted_orders`, `lower_80`, `upper_80`, `lower_95`, `upper_95` (orders per day, 0 or
    more), `model`, `cutoff_date` (date)."""
    backtest: Backtest


def make_forecast(
    history: DailyHistory,
    horizon: int = HORIZON_DAYS,
    competitors: Sequence[Candidate] | None = None,
) -> Forecast:
    """Choose a model by a backtest of the history and forecast the `horizon` days after it.

    Deterministic: the same history gives the same forecast, bit by bit.

    Args:
        history: At least `backtest.days_needed(horizon)` days.
        horizon: Number of days to forecast.
        competitors: Models, the baseline first; by default `candidates()`.
    """
    competitors = candidates() if competitors is None else competitors
    outcome = backtest(history, competitors, horizon)
    chosen = next(one for one in competitors if one.name == outcome.chosen.model)
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
