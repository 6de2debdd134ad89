"""From a history to a forecast: compare the models, refit the best one, forecast the days ahead."""

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
"""Four whole weeks: every weekday counts the same in scores and sums."""


@dataclass(frozen=True)
class Forecast:
    """The days ahead, and the evidence for the model that forecast them."""

    days: pd.DataFrame
    """One row per day: `forecast_date` (date), `horizon_day` (1 for the day after the cut-off),
    `predicted_orders`, `lower_80`, `upper_80`, `lower_95`, `upper_95` (orders a day, never below
    0), `model`, `cutoff_date` (date)."""
    backtest: Backtest


def make_forecast(
    history: DailyHistory,
    horizon: int = HORIZON_DAYS,
    competitors: Sequence[Candidate] | None = None,
) -> Forecast:
    """Choose the model by a backtest on the history and forecast the `horizon` days after it.

    The same history gives the same forecast, to the last bit: no model draws unseeded numbers.

    Args:
        history: At least `backtest.days_needed(horizon)` days.
        horizon: Days ahead.
        competitors: The baseline first; by default `candidates()`.
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
