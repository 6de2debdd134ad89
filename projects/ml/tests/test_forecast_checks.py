"""The faults that each check finds."""

from __future__ import annotations

import re
from datetime import date, timedelta

import duckdb
import pytest

from ml.forecast_checks import NUMBERS, check_quality, check_table
from ml.forecasting.backtest import Backtest, Score, UnseenScore
from ml.forecasting.candidates import BASELINE

CUTOFF = date(2026, 6, 30)
DAYS = [CUTOFF + timedelta(days=ahead) for ahead in range(1, 29)]


def checked(rows: list[tuple]) -> dict:
    with duckdb.connect(":memory:") as connection:
        numbers = ", ".join(f"{name} double" for name in NUMBERS)
        connection.execute(f"create table forecast (forecast_date date, {numbers})")
        connection.executemany("insert into forecast values (?, ?, ?, ?, ?, ?)", rows)
        return {r.check_name: r for r in check_table(connection, '"forecast"', CUTOFF, 28)}


def rows(days=tuple(DAYS), **changed: float | None) -> list[tuple]:
    values = dict.fromkeys(NUMBERS, 10.0) | changed
    return [(day, *values.values()) for day in days]


def test_complete_table_passes():
    assert all(result.passed for result in checked(rows()).values())


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        (DAYS[:5] + DAYS[6:], "missing days: 2026-07-06"),
        (DAYS[:-1], "missing days: 2026-07-28"),
        ([*DAYS, DAYS[3]], "repeated days: 2026-07-04"),
        ([CUTOFF, *DAYS], "unexpected days: 2026-06-30"),
        ([], "missing days: 2026-07-01, .* and 23 more"),
    ],
)
def test_gap_or_wrong_day_is_reported(days, fault):
    result = checked(rows(days) if days else [(date(2020, 1, 1), *[1.0] * 5)])["no_gaps"]
    assert not result.passed
    assert re.search(fault, result.description)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
@pytest.mark.parametrize("column", NUMBERS)
def test_day_without_a_number_is_a_gap(column, value):
    result = checked(rows(DAYS[1:]) + rows(DAYS[:1], **{column: value}))["no_gaps"]
    assert not result.passed
    assert result.description == "days without numbers: 2026-07-01"


@pytest.mark.parametrize("column", NUMBERS)
def test_negative_value_in_any_column_is_reported(column):
    result = checked(rows(DAYS[1:]) + rows(DAYS[:1], **{column: -0.001}))["no_negative_values"]
    assert not result.passed
    assert "2026-07-01" in result.description


def outcome(
    *, mae=8.0, baseline=10.0, unseen=8.0, unseen_baseline=10.0, coverage=0.8, model="ETS"
) -> Backtest:
    scores = [
        Score(model, mae, 0.8, coverage, 0.95),
        Score(BASELINE, baseline, 1.0, 0.8, 0.95),
    ]
    return Backtest(8, 28, tuple(scores), UnseenScore(4, unseen, unseen_baseline), {})


def quality(backtest: Backtest, name: str) -> bool:
    return next(r.passed for r in check_quality(backtest, 203) if r.check_name == name)


def test_model_must_beat_the_baseline_also_on_unseen_windows():
    assert quality(outcome(), "beats_baseline")
    assert not quality(outcome(unseen=10.5), "beats_baseline")
    assert not quality(outcome(mae=10.0), "beats_baseline")


def test_exact_baseline_passes():
    exact = outcome(mae=0.0, baseline=0.0, unseen=0.0, unseen_baseline=0.0, coverage=1.0)
    assert quality(exact, "beats_baseline")
    assert quality(exact, "interval_coverage")


@pytest.mark.parametrize(
    ("coverage", "passed"),
    [(0.5, False), (0.64, False), (0.65, True), (0.8, True), (0.95, True), (0.99, False)],
)
def test_intervals_that_are_too_narrow_or_too_wide_are_reported(coverage, passed):
    assert quality(outcome(coverage=coverage), "interval_coverage") is passed
