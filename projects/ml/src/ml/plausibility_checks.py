"""Checks of the forecast's level, bounds and cut-off date against its history.

All of them warn. A number that blocks must be wrong for every reader, and none of these is wrong
for certain: a shop can halve within a month, its intervals can be as wide as its noise, and a
forecast from an old cut-off date is right for the days that it names. A reader needs the remark,
and yesterday's forecast would not be better.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import pandas as pd

    from ml.forecasting.history import DailyHistory

LEVEL_BAND = (2 / 3, 3 / 2)
"""Accepted ratio of the forecast's daily mean to that of the last weeks, ends included. Season and
trend change it by a few percent within four weeks; half or twice the orders are an unusual event
or an error."""
NOISE_MARGIN = 3.0
"""Differences within this number of standard deviations of counts are accepted: with one order per
day, the sums of two equal months differ by a third."""
MOST_TIMES_LARGEST = 3.0
"""Accepted ratio of an upper bound to the largest day of the history."""
LIVE_ENVIRONMENT = "prod"
"""The environment whose data must be recent. Others have sample data, such as the demo shop's,
which end on a fixed day: a warning in every run would hide those that matter."""

DESCRIPTIONS = {
    "level_of_last_weeks": (
        "The forecast's daily mean is between two thirds and one and a half times that of the last "
        "weeks, both with and without the incomplete and closed days."
    ),
    "upper_bounds": (
        f"No upper bound is larger than {MOST_TIMES_LARGEST:.0f} times the largest day of the "
        "history."
    ),
    "recent_cutoff": (
        f"In the environment {LIVE_ENVIRONMENT}, a day of the forecast is after the day of the run."
    ),
}


def check_plausibility(
    days: pd.DataFrame,
    history: DailyHistory,
    *,
    environment: str,
    today: date,
    cutoff_is_set: bool,
) -> list[dg.AssetCheckResult]:
    """Check level, bounds and cut-off date.

    Args:
        days: The forecast, see `Forecast.days`.
        history: The history on which the model was trained.
        environment: Name of the environment.
        today: Day of the run, UTC.
        cutoff_is_set: Whether the run is configured with a cut-off date.
    """
    return [
        _check_level(days, history),
        _check_upper_bounds(days, history),
        _check_cutoff(days, history, environment, today, cutoff_is_set=cutoff_is_set),
    ]


def _check_level(days: pd.DataFrame, history: DailyHistory) -> dg.AssetCheckResult:
    level = float(days["predicted_orders"].mean())
    # As many days as the forecast: whole weeks, so that all weekdays have the same weight.
    trained = float(history.orders.tail(len(days)).mean())
    observed = float(history.observed.tail(len(days)).mean())
    return _warning(
        "level_of_last_weeks",
        passed=all(_is_near(level, past, len(days)) for past in (trained, observed)),
        description=(
            f"Forecast: {level:.3g} orders per day. Last {len(days)} days of training: "
            f"{trained:.3g}; as they are in the table: {observed:.3g}"
        ),
        metadata={
            "forecast_mean": level,
            "trained_mean": trained,
            "observed_mean": observed,
            "lowest_accepted": LEVEL_BAND[0],
            "highest_accepted": LEVEL_BAND[1],
        },
    )


def _is_near(level: float, past: float, days: int) -> bool:
    noise = (2 * max(level, past) / days) ** 0.5
    low, high = LEVEL_BAND
    return low * past <= level <= high * past or abs(level - past) <= NOISE_MARGIN * noise


def _check_upper_bounds(days: pd.DataFrame, history: DailyHistory) -> dg.AssetCheckResult:
    widest = days.nlargest(1, "upper_95")
    bound, day = float(widest["upper_95"].iloc[0]), widest["forecast_date"].iloc[0]
    largest = float(history.orders.max())
    return _warning(
        "upper_bounds",
        passed=bound <= MOST_TIMES_LARGEST * largest,
        description=(
            f"Largest upper bound: {bound:,.0f} orders on {day}. "
            f"Largest day of the history: {largest:,.0f} orders on "
            f"{history.orders.idxmax():%Y-%m-%d}"
        ),
        metadata={"largest_upper_bound": bound, "largest_day": largest},
    )


def _check_cutoff(
    days: pd.DataFrame,
    history: DailyHistory,
    environment: str,
    today: date,
    *,
    cutoff_is_set: bool,
) -> dg.AssetCheckResult:
    last = days["forecast_date"].max()
    age = (today - history.cutoff).days
    is_past = last <= today
    reason = ""
    if is_past and cutoff_is_set:
        reason = "; accepted because cutoff_date is set"
    elif is_past and environment != LIVE_ENVIRONMENT:
        reason = f"; accepted in the environment {environment}"
    remark = f": no day of the forecast is after today{reason}" if is_past else ""
    return _warning(
        "recent_cutoff",
        passed=not is_past or bool(reason),
        description=f"The cut-off date {history.cutoff} is {age} days ago{remark}",
        metadata={"cutoff_age_days": age},
    )


def _warning(
    name: str, *, passed: bool, description: str, metadata: dict[str, float | int]
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=metadata,
    )
