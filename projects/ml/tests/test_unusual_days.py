"""Days with far fewer orders than usual: which ones are left out, replaced, or used as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from ml.forecasting.forecast import make_forecast
from ml.forecasting.history import (
    CUTOFF_SET,
    LEFT_OUT,
    LEVEL_CHANGE,
    REPLACED,
    DailyHistory,
    daily_history,
)

MONDAY = date(2025, 1, 6)
CLOSED_SUNDAYS = np.array([0.9, 0.9, 1.0, 1.1, 1.3, 1.6, 0.0])
SHOP = np.array([0.85, 0.85, 0.95, 1.05, 1.25, 1.5, 0.55])
DAYS = 201
"""The last day is a Friday."""


def shop(level: float, pattern: np.ndarray = SHOP, days: int = DAYS, seed: int = 11) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level * pattern[np.arange(days) % 7])


def closed(orders: np.ndarray, *positions: int) -> np.ndarray:
    changed = orders.copy()
    changed[list(positions)] = 0
    return changed


def partial(orders: np.ndarray, *shares: float) -> np.ndarray:
    changed = orders.copy()
    changed[-len(shares) :] = np.round(orders[-len(shares) :] * np.array(shares))
    return changed


@pytest.fixture(scope="module")
def history(table) -> Callable[..., DailyHistory]:
    return lambda orders, cutoff=None: daily_history(table(orders), cutoff)


def day(position: int) -> date:
    return MONDAY + timedelta(days=position % DAYS)


def treatments(history: DailyHistory) -> list[tuple[date, str]]:
    return [(one.day, one.treatment) for one in history.unusual]


@pytest.mark.parametrize("shares", [(0.05,), (0.4,), (0.05, 0.05), (0.4, 0.3), (1, 0.5, 0, 0)])
def test_incomplete_days_at_the_end_are_left_out(history, shares):
    found = history(partial(shop(120), *shares))
    low = [number for number, share in enumerate(shares, -len(shares)) if share < 1]
    assert treatments(found) == [(day(number), LEFT_OUT) for number in low]
    assert found.cutoff == day(low[0] - 1)
    assert found.rows == 2 * found.days == 2 * (DAYS - len(low))
    assert len(found.observed) == DAYS


def test_days_that_are_left_out_are_reported_with_their_orders_and_the_usual_ones(history):
    orders = shop(120)
    orders[-1] = 6
    (found,) = history(orders).unusual
    assert found.orders == 6
    assert 120 < found.usual < 180


def test_incomplete_saturday_is_found_although_the_shop_is_closed_on_sundays(history):
    orders = shop(120, CLOSED_SUNDAYS, days=7 * 29)  # ends on a Sunday
    orders[-2] = 20
    found = history(orders)
    assert [one.treatment for one in found.unusual] == [LEFT_OUT]
    assert found.cutoff == MONDAY + timedelta(days=len(orders) - 3)


@pytest.mark.parametrize("positions", [(-2,), (-9,), (-40,), (60,), (-3, -16, -17), (-9, -2, -31)])
def test_closed_days_count_as_usual_days_of_their_weekday(history, positions):
    orders = shop(40)
    found = history(closed(orders, *positions))
    assert sorted(one.day for one in found.unusual) == sorted(day(one) for one in positions)
    assert {one.treatment for one in found.unusual} == {REPLACED}
    assert found.cutoff == day(-1)
    for position in positions:
        expected = 40 * SHOP[(DAYS + position) % DAYS % 7]
        assert found.orders.iloc[position] == pytest.approx(expected, rel=0.4)
        assert found.observed.iloc[position] == 0


def test_closed_day_at_the_end_is_left_out_like_an_incomplete_one(history):
    assert treatments(history(closed(shop(40), -1))) == [(day(-1), LEFT_OUT)]


@pytest.mark.parametrize(
    "orders",
    [
        shop(40, CLOSED_SUNDAYS),
        shop(40, CLOSED_SUNDAYS, days=7 * 29),
        shop(0.5),
        shop(2.0),
        np.where(np.random.default_rng(3).random(DAYS) < 0.2, 0, shop(40)),
        np.concatenate([shop(40, days=150), np.zeros(60, int), shop(40, days=90)]),
        np.concatenate([shop(40, days=150), np.zeros(12, int)]),
        np.concatenate([shop(40, days=150), np.zeros(19, int)]),
        np.concatenate([shop(40, days=150), np.zeros(27, int)]),
        np.where(np.arange(28) == 3, 10**6, 10),
        np.round(10 * 1.02 ** np.arange(DAYS)).astype(int),
        np.round(800 * 0.98 ** np.arange(DAYS)).astype(int),
    ],
    ids=[
        "closed on Sundays",
        "ends on a closed Sunday",
        "one order in two days",
        "two orders per day",
        "one day in five without orders",
        "closed for two months",
        "closed for two weeks at the end",
        "closed for three weeks at the end",
        "closed for four weeks at the end",
        "one extreme day in four weeks",
        "growth",
        "decline",
    ],
)
def test_zeros_and_trends_that_are_usual_are_not_changed(history, orders):
    found = history(orders)
    assert found.orders.tolist() == orders.tolist()
    assert {one.treatment for one in found.unusual} <= {LEVEL_CHANGE}


@pytest.mark.parametrize("days", [5, 10, 21, 60])
def test_lasting_change_of_level_is_not_regarded_as_incomplete(history, days):
    orders = shop(200)
    orders[-days:] = shop(100)[-days:]
    found = history(orders)
    assert found.orders.tolist() == orders.tolist()
    assert {one.treatment for one in found.unusual} <= {LEVEL_CHANGE}


def test_incomplete_day_after_a_change_of_level_is_compared_with_the_new_level(history):
    orders = shop(200)
    orders[-14:] = shop(100)[-14:]
    assert not history(orders).treated(LEFT_OUT)
    assert treatments(history(partial(orders, 0.3)))[-1] == (day(-1), LEFT_OUT)


def test_cutoff_of_the_run_is_kept_although_the_day_looks_incomplete(history):
    orders = partial(shop(120), 0.4)
    found = history(orders, day(-1))
    assert found.cutoff == day(-1)
    assert found.orders.tolist() == orders.tolist()
    assert treatments(found) == [(day(-1), CUTOFF_SET)]


def test_cutoff_of_the_run_on_a_closed_day_is_kept_and_the_day_counts_as_usual(history):
    found = history(closed(shop(120), -1), day(-1))
    assert found.cutoff == day(-1)
    assert treatments(found) == [(day(-1), REPLACED)]
    assert found.orders.iloc[-1] > 100


def test_histories_of_three_weeks_are_not_examined(history):
    orders = closed(shop(50, days=21), 5, 13, 20)
    assert history(orders).orders.tolist() == orders.tolist()


@pytest.mark.parametrize("level", [12, 80, 1000])
def test_closed_and_incomplete_days_do_not_change_the_level_of_the_forecast(history, level):
    orders = shop(level)
    clean = make_forecast(history(orders)).days["predicted_orders"].mean()
    for changed in (
        closed(orders, -8),
        closed(orders, -4, -17, -23),
        partial(orders, 0.05),
        partial(closed(orders, -4, -17, -23), 0.05),
    ):
        found = make_forecast(history(changed)).days["predicted_orders"].mean()
        assert found == pytest.approx(clean, rel=0.1)
