"""The training data of a model."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from ml.forecasting.errors import CutoffInvalid, HistoryInvalid, HistoryTooShort
from ml.forecasting.history import daily_history, feature_schema_hash, parse_cutoff

MONDAY = date(2025, 1, 6)


def days(*numbers: int) -> pa.Array:
    return pa.array([MONDAY + timedelta(days=number) for number in numbers], pa.date32())


def test_channels_of_a_day_are_summed_in_any_order_of_rows():
    table = pa.table({"order_date": days(1, 0, 1), "orders": [5, 3, 7]})
    history = daily_history(table, None)
    assert history.orders.tolist() == [3.0, 12.0]
    assert (history.rows, history.first_day, history.cutoff) == (3, MONDAY, date(2025, 1, 7))


def test_days_without_a_row_count_as_zero():
    table = pa.table({"order_date": days(0, 3, 4), "orders": [3, 4, 5]})
    history = daily_history(table, None)
    assert history.orders.tolist() == [3.0, 0.0, 0.0, 4.0, 5.0]
    assert (history.days, len(history.days_without_row)) == (5, 2)


def test_rows_after_the_cutoff_are_not_used():
    table = pa.table({"order_date": days(0, 1, 2, 3), "orders": [1, 2, 1000, 1000]})
    history = daily_history(table, MONDAY + timedelta(days=1))
    assert history.orders.tolist() == [1.0, 2.0]
    assert (history.rows, history.cutoff) == (2, MONDAY + timedelta(days=1))


def test_cutoff_on_a_day_without_rows_ends_the_history_there():
    table = pa.table({"order_date": days(0, 4), "orders": [1, 9]})
    assert daily_history(table, MONDAY + timedelta(days=2)).orders.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("offset", [-1, 2])
def test_cutoff_outside_the_history_is_an_error_with_its_first_and_last_day(offset: int):
    table = pa.table({"order_date": days(0, 1), "orders": [1, 2]})
    with pytest.raises(CutoffInvalid, match="from 2025-01-06 to 2025-01-07"):
        daily_history(table, MONDAY + timedelta(days=offset))


@pytest.mark.parametrize("text", ["31.03.2026", "2026-02-30", "yesterday"])
def test_cutoff_that_is_not_a_date_is_an_error_with_an_example(text: str):
    with pytest.raises(CutoffInvalid, match=f"'{text}': write an ISO date such as 2026-03-31"):
        parse_cutoff(text)


def test_empty_cutoff_means_the_last_day():
    assert parse_cutoff(None) is None
    assert parse_cutoff(" ") is None
    assert parse_cutoff("2026-03-31") == date(2026, 3, 31)


def test_short_history_is_an_error_with_actual_and_required_days():
    table = pa.table({"order_date": days(0, 138), "orders": [1, 2]})
    with pytest.raises(
        HistoryTooShort, match=r"has 139 days, from .* and 140 are needed\. Wait for"
    ):
        daily_history(table, None, days_needed=140)
    daily_history(table, None, days_needed=139)


def test_early_cutoff_shortens_the_history():
    table = pa.table({"order_date": days(0, 200), "orders": [1, 2]})
    with pytest.raises(HistoryTooShort, match=r"has 11 days.* Choose a later cut-off"):
        daily_history(table, MONDAY + timedelta(days=10), days_needed=140)


def test_empty_table_is_too_short_instead_of_an_index_error():
    table = pa.table({"order_date": days(), "orders": pa.array([], pa.int64())})
    with pytest.raises(HistoryTooShort, match="has no rows, and 140"):
        daily_history(table, None, days_needed=140)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"order_date": ["2025-01-06"], "orders": [1]},
            "'order_date' is string: it must be a date",
        ),
        ({"order_date": days(0), "orders": [1.5]}, "'orders' is double: it must be an integer"),
        ({"order_date": days(0)}, "no column 'orders'"),
        ({"order_date": days(0, 1), "orders": [1, None]}, "1 of 2 rows have no 'orders'"),
        ({"order_date": days(0, 1), "orders": [1, -2]}, "1 of 2 rows have a negative 'orders'"),
    ],
)
def test_rows_that_are_not_orders_of_a_day_are_an_error(table: dict, message: str):
    with pytest.raises(HistoryInvalid, match=message):
        daily_history(pa.table(table), None)


def test_feature_hash_depends_on_names_and_types_but_not_on_rows():
    one = pa.table({"order_date": days(0), "orders": pa.array([1], pa.int64())})
    other_data = pa.table({"order_date": days(0, 1), "orders": pa.array([8, 9], pa.int64())})
    other_type = pa.table({"order_date": days(0), "orders": pa.array([1], pa.int32())})
    renamed = pa.table({"order_date": days(0), "order_count": pa.array([1], pa.int64())})
    assert feature_schema_hash(one) == feature_schema_hash(other_data)
    assert len({feature_schema_hash(table) for table in (one, other_type, renamed)}) == 3
