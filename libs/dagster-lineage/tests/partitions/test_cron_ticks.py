"""First ticks of schedules, compared with those of Dagster."""

from __future__ import annotations

import datetime as dt

import pytest
from dagster._utils.schedules import cron_string_iterator

from dagster_lineage.analyze.reliance.cron_ticks import first_tick

CRONS = [
    "0 0 * * *",
    "30 6 * * 1-5",
    "*/20 * * * *",
    "15,45 8-10/2 * * *",
    "0 0 * * 0",
    "0 0 * * 7",
    "0 0 1 * *",
    "0 0 31 * *",
    "0 0 13 * 5",
    "0 12 29 2 *",
    "5/25 23 * 12 *",
]
STARTS = [
    "2024-01-01T00:00:00",
    "2024-02-29T12:00:01",
    "2025-10-13T06:30:00",
    "2025-12-31T23:59:00",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("cron", CRONS)
def test_first_tick_equals_that_of_dagster(cron: str, start: str) -> None:
    moment = dt.datetime.fromisoformat(start)
    ticks = cron_string_iterator(moment.replace(tzinfo=dt.UTC).timestamp(), cron, "UTC")
    expected = next(tick for tick in ticks if tick.replace(tzinfo=None) >= moment)
    assert first_tick(cron, moment) == expected.replace(tzinfo=None)


@pytest.mark.parametrize(
    "cron", ["@daily", "0 0 * * MON", "['0 0 * * *']", "61 * * * *", "", "0 0 31 2 *"]
)
def test_schedule_with_another_syntax_has_no_tick(cron: str) -> None:
    assert first_tick(cron, dt.datetime.fromisoformat("2024-01-01")) is None
