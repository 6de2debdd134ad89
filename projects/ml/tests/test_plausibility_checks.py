"""The forecasts that the checks against the history remark."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from ml.forecasting.history import DailyHistory
from ml.plausibility_checks import check_plausibility

CUTOFF = date(2026, 6, 30)
TOMORROW = CUTOFF + timedelta(days=1)


def checked(
    predicted: float = 100.0,
    upper: float = 150.0,
    *,
    trained: float = 100.0,
    observed: float | None = None,
    today: date = TOMORROW,
    environment: str = "prod",
    cutoff_is_set: bool = False,
) -> dict:
    def past(level: float) -> pd.Series:
        return pd.Series(level, index=pd.date_range(end=CUTOFF, periods=140))

    days = pd.DataFrame(
        {
            "forecast_date": [CUTOFF + timedelta(days=ahead) for ahead in range(1, 29)],
            "predicted_orders": predicted,
            "upper_95": [upper] * 28,
        }
    )
    history = DailyHistory(past(trained), past(trained if observed is None else observed), 140)
    results = check_plausibility(
        days, history, environment=environment, today=today, cutoff_is_set=cutoff_is_set
    )
    assert all(result.severity.value == "WARN" for result in results)
    return {result.check_name: result for result in results}


def test_usual_forecast_passes():
    assert all(result.passed for result in checked().values())


@pytest.mark.parametrize(
    ("predicted", "passed"), [(20, False), (60, False), (70, True), (149, True), (200, False)]
)
def test_level_far_from_that_of_the_last_weeks_is_remarked(predicted, passed):
    result = checked(predicted)["level_of_last_weeks"]
    assert result.passed is passed
    assert f"Forecast: {predicted} orders per day" in result.description


def test_level_is_also_compared_with_the_days_as_they_are_in_the_table():
    result = checked(observed=40)["level_of_last_weeks"]
    assert not result.passed
    assert "training: 100; as they are in the table: 40" in result.description


def test_few_orders_differ_by_chance():
    assert checked(0.5, trained=0.9)["level_of_last_weeks"].passed
    assert not checked(50, trained=90)["level_of_last_weeks"].passed


@pytest.mark.parametrize(("upper", "passed"), [(299, True), (301, False), (1e9, False)])
def test_absurd_upper_bound_is_remarked(upper, passed):
    assert checked(upper=upper)["upper_bounds"].passed is passed


def test_forecast_of_zeros_passes():
    assert all(result.passed for result in checked(0, 0, trained=0).values())


def test_forecast_of_days_that_are_all_past_is_remarked():
    last = CUTOFF + timedelta(days=28)
    assert checked(today=last - timedelta(days=1))["recent_cutoff"].passed
    result = checked(today=last)["recent_cutoff"]
    assert not result.passed
    assert result.description == (
        "The cut-off date 2026-06-30 is 28 days ago: no day of the forecast is after today"
    )
    assert result.metadata["cutoff_age_days"].value == 28


def test_past_days_are_accepted_of_sample_data_and_of_a_cutoff_that_is_set():
    old = date(2027, 1, 1)
    demo = checked(today=old, environment="dev")["recent_cutoff"]
    assert demo.passed
    assert "accepted in the environment dev" in demo.description
    past = checked(today=old, cutoff_is_set=True)["recent_cutoff"]
    assert past.passed
    assert "accepted because cutoff_date is set" in past.description
