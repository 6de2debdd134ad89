"""`daily_order_summary` after each run of a history: what a run changes and what it keeps."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

# UTC without an offset, as in the table.
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001
FIRST_SYNC = dt.datetime(2024, 2, 1, 0, 0, 0, 250_000)  # noqa: DTZ001
SECOND_SYNC = dt.datetime(2024, 2, 3)  # noqa: DTZ001


def day(number):
    return dt.date(2024, 1, number)


def days_of(rows):
    return sorted({row[0].day for row in rows})


def of_day(rows, *numbers):
    return [row for row in rows if row[0].day in numbers]


def computed_in_python(orders):
    """Compute the summary row by row in Python, from the published orders."""
    cells, synced = {}, {}
    for ordered_us, channel, user, status, amount, synced_us, deleted in orders:
        date = (EPOCH + dt.timedelta(microseconds=ordered_us)).date()
        moment = EPOCH + dt.timedelta(microseconds=synced_us)
        synced[date] = max(synced.get(date, moment), moment)
        if not deleted and status != "canceled":
            cell = cells.setdefault((date, channel), [0, set(), Decimal(0)])
            cell[0] += 1
            cell[1].add(user)
            cell[2] += 0 if status == "returned" else amount
    return sorted(
        (date, channel, count, len(users), revenue, synced[date])
        for (date, channel), (count, users, revenue) in cells.items()
    )


@pytest.fixture
def summaries(history):
    """Return the rows after each run."""
    return {name: result.summary for name, result in history.results.items()}


@pytest.fixture
def before(history):
    """Return the summary of the source before the late updates."""
    return computed_in_python(history.results["range"].source)


@pytest.fixture
def after(history):
    """Return the summary of the source after the late updates."""
    return computed_in_python(history.results["late"].source)


def test_first_run_of_one_day_builds_only_that_day(summaries, before):
    assert summaries["first day"] == of_day(before, 3)


def test_range_builds_its_days_without_the_end_date(summaries, before):
    assert days_of(summaries["range"]) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert summaries["range"] == of_day(before, 1, 2, 3, 4, 5, 6, 7, 8)


def test_day_has_the_numbers_counted_by_hand(summaries):
    # Ten orders at 5.00, 6.37, 7.74 … 17.33; the 4th is returned, the 7th is canceled.
    assert of_day(summaries["range"], 1) == [
        (day(1), "app", 3, 2, Decimal("31.44"), FIRST_SYNC),  # 6.37 + 10.48 + 14.59
        (day(1), "store", 3, 2, Decimal("35.55"), FIRST_SYNC),  # 7.74 + 11.85 + 15.96
        (day(1), "web", 3, 2, Decimal("22.33"), FIRST_SYNC),  # 5.00 + 17.33
    ]


def test_late_update_corrects_a_day_outside_the_range(summaries, after):
    assert of_day(summaries["late"], 1) == of_day(after, 1)
    assert of_day(summaries["late"], 1) != of_day(summaries["range"], 1)
    assert {row[-1] for row in of_day(summaries["late"], 1)} == {SECOND_SYNC}


def test_day_without_remaining_orders_is_removed(summaries):
    assert days_of(of_day(summaries["range"], 4, 5)) == [4, 5]
    assert of_day(summaries["late"], 4, 5) == []


def test_channel_without_remaining_orders_is_removed_from_its_day(summaries):
    assert [row[1] for row in of_day(summaries["range"], 7)] == ["app", "store", "web"]
    assert [row[1] for row in of_day(summaries["late"], 7)] == ["app", "web"]


def test_order_that_arrives_late_is_counted(summaries, after):
    assert of_day(summaries["late"], 8) == of_day(after, 8)
    assert sum(row[2] for row in of_day(summaries["late"], 8)) == 1 + sum(
        row[2] for row in of_day(summaries["range"], 8)
    )


def test_order_that_moves_to_another_day_is_counted_once(summaries, after):
    assert of_day(summaries["late"], 2, 3) == of_day(after, 2, 3)
    assert of_day(summaries["late"], 2) != of_day(summaries["range"], 2)
    assert of_day(summaries["late"], 3) != of_day(summaries["range"], 3)


def test_unchanged_days_are_not_written(history):
    assert history.results["late again"].built == history.results["late"].built


def test_days_without_orders_are_built_without_a_channel(history):
    empty = {row[1].day for row in history.results["late"].built if row[2] is None}
    assert empty == {4, 5}


def test_changed_day_that_was_never_built_is_not_built(summaries):
    assert of_day(summaries["late"], 9) == []


def test_second_run_of_the_same_range_changes_nothing(summaries):
    assert summaries["late again"] == summaries["late"]


def test_run_without_dates_computes_everything(summaries, after):
    assert summaries["everything"] == after
    assert days_of(summaries["everything"]) == [1, 2, 3, 6, 7, 8, 9]


@pytest.fixture
def refused(history):
    """Return the project with another target folder, so that the last results are kept."""
    return replace(history.dbt, target_folder="target_of_refused_runs")


def test_end_date_equal_to_the_start_date_is_an_error_that_explains_it(refused):
    done = refused.run("parse", *days(6, 6))
    assert done.returncode != 0
    assert "end_date is the day after the last day to build" in done.stdout


def test_full_refresh_of_a_range_is_an_error_because_it_would_drop_other_days(
    history, summaries, refused
):
    done = refused.run("run", "--full-refresh", "--select", "tag:daily", *days(6, 7))
    assert done.returncode != 0
    assert "would drop every other day of 'int_shop_order_days'" in done.stdout
    assert history.summary() == summaries["everything"]


def test_requested_day_that_was_not_built_fails_the_check(history, refused):
    done = refused.run("build", "--select", "daily_order_summary", *days(10, 11))
    assert done.returncode != 0
    assert "Failure in test daily_order_summary_has_all_orders" in done.stdout


def test_order_before_the_first_day_fails_the_check(history, refused):
    variables = ("--vars", "{first_day: '2024-01-02'}")
    done = refused.run("test", "--select", "daily_order_summary", *variables)
    assert done.returncode != 0
    assert "Failure in test daily_order_summary_has_all_orders" in done.stdout
    assert "Got 1 result" in done.stdout


def days(first, after):
    return ("--vars", f"{{start_date: '2024-01-{first:02}', end_date: '2024-01-{after:02}'}}")
