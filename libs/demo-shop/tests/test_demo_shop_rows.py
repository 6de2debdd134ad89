"""The generator: its rows are exact, the same on every machine, and predictable."""

import hashlib
import tracemalloc
from datetime import date, timedelta

import numpy as np
import pytest

from demo_shop import orders as orders_module
from demo_shop.demand import CHANNELS, orders_per_day
from demo_shop.draws import Ints
from demo_shop.lifecycle import LONGEST, STATUSES
from demo_shop.orders import Orders, orders
from demo_shop.users import user_count, users
from demo_shop.window import DAY_SECONDS, DAYS, EPOCH_DAY, FIRST_DAY, NOW, SECOND, microseconds

CLOCK = microseconds(NOW)
WEB, APP, STORE = range(len(CHANNELS))


def whole(count: int, now: int = CLOCK, **options: int) -> Orders:
    """Return all orders in one batch."""
    parts = list(orders(count, now, **options))
    return Orders(
        *(np.concatenate(vectors) for vectors in zip(*map(vectors_of, parts), strict=True))
    )


def vectors_of(some: Orders) -> list[Ints]:
    return list(vars(some).values())


def day_of(moments: Ints) -> Ints:
    return moments // (DAY_SECONDS * SECOND) - EPOCH_DAY


@pytest.fixture(scope="module")
def default() -> Orders:
    return whole(50_000)


def test_rows_differ_on_another_machine_or_after_an_update_of_a_library() -> None:
    digest = hashlib.sha256("\n".join((*CHANNELS, *STATUSES)).encode())
    for vector in vectors_of(whole(2_000)):
        digest.update(vector.astype("<i8").tobytes())
    for some in users(user_count(2_000), CLOCK):
        for column in (some.first_name, some.last_name, some.email, some.country):
            digest.update("\n".join(column.to_pylist()).encode())
        digest.update(some.created_at.astype("<i8").tobytes())
    # A change of the rows needs a new `draws.EDITION`.
    assert digest.hexdigest() == "3ae89f262d8345c28db08f53188d65158dc16e54d4392ae6cf6f73ea51dd8948"


@pytest.mark.parametrize("count", [1, 2, 99, 1_000, 123_457])
def test_number_of_orders_is_not_the_requested_number(count: int) -> None:
    some = whole(count)
    assert some.id.tolist() == list(range(1, count + 1))
    assert orders_per_day(count).sum() == count


@pytest.mark.parametrize("batch", [1, 1_000])
def test_rows_depend_on_the_batch_size(
    batch: int, monkeypatch: pytest.MonkeyPatch, default: Orders
) -> None:
    monkeypatch.setattr(orders_module, "BATCH", batch)
    assert len(list(orders(50_000, CLOCK))) > 40
    for vector, same in zip(vectors_of(whole(50_000)), vectors_of(default), strict=True):
        assert np.array_equal(vector, same)


def test_rows_depend_on_the_first_day(default: Orders) -> None:
    tail = whole(50_000, first_day=900)
    assert 0 < len(tail.id) < 2_000
    for vector, same in zip(vectors_of(tail), vectors_of(default), strict=True):
        assert np.array_equal(vector, same[-len(vector) :])


def test_memory_grows_with_the_size() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in orders(count, CLOCK):
            pass
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return memory

    peak(1_000)
    assert peak(2_400_000) < 1.3 * peak(800_000)


def test_order_is_outside_the_window_or_not_sorted_by_id(default: Orders) -> None:
    assert (np.diff(default.ordered_at) >= 0).all()
    assert set(day_of(default.ordered_at).tolist()) == set(range(DAYS))


def test_user_buys_before_the_signup(default: Orders) -> None:
    created = np.concatenate([some.created_at for some in users(user_count(50_000), CLOCK)])
    assert default.user_id.min() >= 1
    assert (created[default.user_id - 1] < default.ordered_at).all()
    assert (np.diff(created) >= 0).all()


def test_update_is_dated_before_the_order_or_after_the_clock(default: Orders) -> None:
    assert (default.updated_at >= default.ordered_at).all()
    assert default.updated_at.max() <= CLOCK


def test_orders_are_final_at_once_or_never(default: Orders) -> None:
    age = (CLOCK - default.ordered_at) // (DAY_SECONDS * SECOND)
    counts = {status: (default.status == place).sum() for place, status in enumerate(STATUSES)}
    assert all(counts.values()), counts
    moving = np.isin(default.status, [STATUSES.index("placed"), STATUSES.index("shipped")])
    assert moving[age < 2].mean() > 0.5
    assert not moving[age > 12].any()
    returned = default.status == STATUSES.index("returned")
    assert 0.05 < returned[age > LONGEST.days].mean() < 0.09
    took = (default.updated_at - default.ordered_at)[returned] // (DAY_SECONDS * SECOND)
    assert (took > 14).mean() > 0.3


@pytest.mark.parametrize("days", [1, 7])
def test_row_changes_without_a_newer_updated_at(days: int, default: Orders) -> None:
    # An incremental sync reads rows updated after the last clock: no other row may differ.
    then = whole(50_000, CLOCK + days * DAY_SECONDS * SECOND)
    newer = then.updated_at > CLOCK
    assert newer.sum() > 50
    for vector, earlier in zip(vectors_of(then), vectors_of(default), strict=True):
        assert np.array_equal(vector[~newer], earlier[~newer])
    for name in ("id", "user_id", "channel", "ordered_at"):
        assert np.array_equal(getattr(then, name), getattr(default, name))
    assert (then.status != default.status).any()
    assert (then.cents != default.cents).any()


def test_order_changes_later_than_the_longest_life() -> None:
    final = whole(50_000, CLOCK + 400 * DAY_SECONDS * SECOND)
    assert (final.updated_at - final.ordered_at).max() < LONGEST.total_seconds() * SECOND


def test_stores_sell_on_sundays_and_holidays(default: Orders) -> None:
    days = set(day_of(default.ordered_at[default.channel == STORE]).tolist())
    closed = {number for number in range(DAYS) if (FIRST_DAY + timedelta(number)).weekday() == 6}
    for holiday in (date(2024, 5, 1), date(2025, 10, 3), date(2025, 12, 25), date(2026, 4, 6)):
        closed.add((holiday - FIRST_DAY).days)
    assert not days & closed
    assert len(days) > 730


def test_channels_have_the_same_pattern(default: Orders) -> None:
    day = day_of(default.ordered_at)
    first, last = (day < 365), (day >= DAYS - 365)
    growth = [
        (last & (default.channel == place)).sum() / (first & (default.channel == place)).sum()
        for place in (WEB, APP, STORE)
    ]
    assert growth[APP] > 1.5 > growth[WEB] > 1 > growth[STORE]


def test_no_forecast_is_better_than_repeating_last_week(default: Orders) -> None:
    daily = np.bincount(day_of(default.ordered_at), minlength=DAYS).astype(float)
    naive, model = [], []
    for cutoff in range(DAYS - 6 * 28, DAYS, 28):
        past, future = daily[:cutoff], daily[cutoff : cutoff + 28]
        naive.append(np.abs(future - np.tile(past[-7:], 4)).mean())
        # Weekday pattern of a quarter, level of the last four weeks.
        pattern = past[-91:].reshape(13, 7).mean(axis=0) / past[-91:].mean()
        model.append(np.abs(future - np.tile(pattern, 4) * past[-28:].mean()).mean())
    assert np.mean(model) < 0.85 * np.mean(naive)


def test_weekdays_are_all_the_same(default: Orders) -> None:
    daily = np.bincount(day_of(default.ordered_at), minlength=DAYS)
    weekday = (np.arange(DAYS) + FIRST_DAY.weekday()) % 7
    means = [daily[weekday == number].mean() for number in range(7)]
    assert max(means) > 1.3 * min(means)
