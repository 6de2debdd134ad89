"""Choice of the model and its forecast, on histories with known answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ml.forecasting.backtest import Backtest, backtest, days_needed
from ml.forecasting.candidates import BASELINE, Candidate, candidates
from ml.forecasting.forecast import HORIZON_DAYS, Forecast, make_forecast
from ml.forecasting.history import DailyHistory, daily_history

BOUNDS = ["lower_95", "lower_80", "predicted_orders", "upper_80", "upper_95"]


@pytest.fixture(scope="module")
def history(table: Callable[..., pa.Table]) -> Callable[[Sequence[float]], DailyHistory]:
    return lambda orders: daily_history(table(orders), None, days_needed(HORIZON_DAYS))


@pytest.fixture(scope="module")
def weekly_forecast(history, weekly_noise) -> Forecast:
    return make_forecast(history(weekly_noise()))


def only_baseline_and(name: str, model: type, **arguments: object) -> list[Candidate]:
    return [
        candidates()[0],
        Candidate(name, lambda alias: model(alias=alias, **arguments)),
    ]


def test_forecast_begins_after_the_cutoff_and_has_no_gap(weekly_forecast, weekly_noise):
    last = date(2025, 1, 6) + timedelta(days=len(weekly_noise()) - 1)
    found = weekly_forecast.days
    assert found["forecast_date"].tolist() == [last + timedelta(days=n) for n in range(1, 29)]
    assert found["horizon_day"].tolist() == list(range(1, 29))
    assert set(found["cutoff_date"]) == {last}


def test_intervals_contain_the_forecast_and_each_other(weekly_forecast):
    assert (np.diff(weekly_forecast.days[BOUNDS].to_numpy(), axis=1) > 0).all()


def test_model_beats_the_baseline_where_there_is_a_pattern_under_noise(weekly_forecast):
    found = weekly_forecast.backtest
    assert found.chosen.model != BASELINE
    assert found.beats_baseline
    # Seasonal naive carries the noise of last week as well: its error is sqrt(2) of the noise's.
    assert found.chosen.mae < 0.85 * found.baseline.mae
    assert found.chosen.mase < found.baseline.mase
    assert not found.failed


def test_forecast_finds_the_pattern_of_the_week(weekly_forecast):
    expected = 50 * 1.25 * np.tile([1.2, 1.1, 1.0, 1.0, 1.1, 0.9, 0.7], 4)  # 203 days: a Monday
    assert np.abs(weekly_forecast.days["predicted_orders"] - expected).mean() < 5.0


def test_pure_noise_is_forecast_by_its_level(history):
    noise = np.random.default_rng(3).poisson(100, 203)
    forecast = make_forecast(history(noise))
    assert forecast.backtest.chosen.mae < 0.85 * forecast.backtest.baseline.mae
    assert forecast.days["predicted_orders"].between(90, 110).all()


def test_constant_history_is_continued_exactly_and_has_no_scaled_error(history):
    forecast = make_forecast(history([12] * 150))
    assert (forecast.days[BOUNDS] == 12).all(axis=None)
    assert forecast.backtest.history_repeats
    assert forecast.backtest.chosen.mase is None


def test_history_of_zeros_is_forecast_as_zeros(history):
    forecast = make_forecast(history([0] * 150))
    assert (forecast.days[BOUNDS] == 0).all(axis=None)


def test_exact_weekly_pattern_is_repeated_exactly(history):
    pattern = [30, 20, 25, 25, 40, 60, 0]
    forecast = make_forecast(history(pattern * 22))
    assert forecast.days["predicted_orders"].tolist() == pattern * 4


def test_forecast_near_zero_is_not_negative(history):
    few = np.random.default_rng(5).poisson(0.2, 203)
    forecast = make_forecast(history(few))
    assert (forecast.days[BOUNDS] >= 0).all(axis=None)
    assert (forecast.days["upper_95"] > 0).all()


def test_falling_history_does_not_fall_below_zero(history):
    forecast = make_forecast(history(np.linspace(100, 1, 168).astype(int)))
    assert (forecast.days[BOUNDS] >= 0).all(axis=None)


def test_rows_after_the_cutoff_do_not_change_the_forecast(table, weekly_noise):
    orders = weekly_noise()
    changed = orders.copy()
    changed[-30:] = 100_000
    cutoff = date(2025, 1, 6) + timedelta(days=len(orders) - 31)
    one, other = (
        make_forecast(daily_history(table(version), cutoff)).days for version in (orders, changed)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert one["forecast_date"].iloc[0] == cutoff + timedelta(days=1)
    # ... and the day of the cut-off itself does count.
    changed[-31] = 100_000
    later = make_forecast(daily_history(table(changed), cutoff)).days
    assert later["predicted_orders"].iloc[0] != one["predicted_orders"].iloc[0]


def test_same_history_gives_the_same_forecast_bit_by_bit(history, weekly_noise):
    one, other = (make_forecast(history(weekly_noise(168))).days for _ in range(2))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_scores_of_the_baseline_are_those_computed_by_hand(history, weekly_noise):
    orders = weekly_noise(56 + 4 * 28 + 3).astype(float)
    found = backtest(history(orders), candidates()[:1], HORIZON_DAYS)
    errors, scaled = [], []
    for window in range(4):
        start = len(orders) - (4 - window) * 28
        naive = np.tile(orders[start - 7 : start], 4)
        errors.append(np.abs(orders[start : start + 28] - naive).mean())
        scaled.append(errors[-1] / np.abs(orders[7:start] - orders[: start - 7]).mean())
    assert found.windows == 4
    assert found.baseline.mae == pytest.approx(np.mean(errors))
    assert found.baseline.mase == pytest.approx(np.mean(scaled))
    # Chosen without the later two windows; there is only one to choose.
    assert found.unseen.windows == 2
    assert found.unseen.mae == found.unseen.baseline_mae == pytest.approx(np.mean(errors[2:]))


def test_coverage_is_the_share_of_days_within_the_interval(history, weekly_noise):
    past = history(weekly_noise())
    ets = candidates()[1]
    found = next(s for s in backtest(past, candidates()[:2], 28).scores if s.model == ets.name)
    windows = ets.cross_validate(past.orders, 28, 5)
    actual = past.orders.loc[windows["ds"]].to_numpy()
    for level, measured in ((80, found.coverage_80), (95, found.coverage_95)):
        inside = (windows[f"{ets.name}-lo-{level}"] <= actual) & (
            actual <= windows[f"{ets.name}-hi-{level}"]
        )
        assert measured == pytest.approx(inside.mean())
    assert found.coverage_80 < found.coverage_95


def test_more_history_gives_more_windows_up_to_a_limit(history, weekly_noise):
    def windows(days: int) -> int:
        return backtest(history(weekly_noise(days)), candidates()[:1], HORIZON_DAYS).windows

    assert [windows(days) for days in (140, 167, 168, 280, 400)] == [3, 3, 4, 8, 8]


def test_baseline_is_chosen_if_no_model_beats_it(history):
    from statsforecast.models import HistoricAverage

    number = np.arange(203)
    orders = np.where(number % 7 < 5, 200, 20) + (number % 5 == 0)
    found = backtest(history(orders), only_baseline_and("Mean", HistoricAverage), HORIZON_DAYS)
    assert found.chosen.model == BASELINE
    assert not found.beats_baseline


def test_choice_is_scored_on_windows_that_were_not_used_for_it():
    from ml.forecasting.backtest import _unseen

    # "Lucky" has the smallest mean error because of the last window only, so no earlier window
    # would have chosen it.
    errors = pd.DataFrame({BASELINE: [4.0, 4.0, 4.0, 4.0], "Lucky": [5.0, 5.0, 5.0, 0.0]})
    found = _unseen(errors)
    assert (found.windows, found.mae, found.baseline_mae) == (2, 4.0, 4.0)


def test_failed_model_is_left_out_and_reported(history, weekly_noise):
    from statsforecast.models import NaNModel

    broken = Candidate("Broken", lambda _: object())
    blank = only_baseline_and("Blank", NaNModel)[1]
    found: Backtest = backtest(
        history(weekly_noise()), [candidates()[0], broken, blank, candidates()[1]], HORIZON_DAYS
    )
    assert set(found.failed) == {"Broken", "Blank"}
    assert "not a finite number" in found.failed["Blank"]
    assert {score.model for score in found.scores} == {BASELINE, candidates()[1].name}
