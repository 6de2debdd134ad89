"""Published tables after random histories of the sources, under two time zones of the machine.

`benchmarks/random_histories.py` does the same with hundreds of histories.
"""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal

import pytest
from benchmarks.random_histories import different_zones, played, workers
from benchmarks.shop_histories.comparison import Comparison
from benchmarks.shop_histories.expected import order_days
from benchmarks.shop_histories.history import OPERATIONS, planned
from benchmarks.shop_histories.source import random_source

REJECTED = "7.21"
"""Seed of a history with a run that a data test rejects."""
SEEDS = ("7.1", "7.2", REJECTED)


@pytest.fixture(scope="module")
def outcomes():
    found = []
    for zone, seeds in {"America/New_York": SEEDS, "Asia/Kolkata": SEEDS[:1]}.items():
        with workers(zone, 1) as pool:
            found += pool.map(played, seeds)
    return found


def test_published_tables_equal_those_of_a_fresh_build_and_of_python(outcomes):
    assert [one.comparison.differences for one in outcomes] == [[]] * 4
    assert sum(one.comparison.cells for one in outcomes) > 5_000
    assert all(one.runs >= 3 for one in outcomes)


def test_bad_row_is_rejected_by_its_test(outcomes):
    rejecting = sum((one.blocked for one in outcomes), Counter())
    assert rejecting.total() > 0


def test_tables_do_not_depend_on_the_time_zone_of_the_machine(outcomes):
    assert different_zones(outcomes) == []
    assert len({tuple(one.digests) for one in outcomes}) == len(SEEDS)


def test_difference_of_one_cell_is_reported():
    row = (dt.date(2024, 1, 1), "web", 1, 1, Decimal("10.01"))
    comparison = Comparison()
    comparison.compare("a fresh build", {"t": [row]}, {"t": [(*row[:4], Decimal("10.00"))]})
    (difference,) = comparison.differences
    assert difference.splitlines() == [
        "t differs from a fresh build",
        "    expected 2024-01-01, web, 1, 1, 10.01",
        "    found    2024-01-01, web, 1, 1, 10.00",
    ]


def test_history_is_the_same_each_time():
    assert planned("7.1") == planned("7.1")
    one, other = (source_after("orders inserted", "order moved", "resync marked") for _ in range(2))
    assert one == other


def test_every_day_that_was_built_has_a_row():
    source = source_after("day emptied")
    days = {source.now.date() + dt.timedelta(days=number) for number in range(3)}
    assert {row[0] for row in order_days(source, days)} == days


def source_after(*operations):
    draws = random.Random(7)  # noqa: S311 - of examples
    source = random_source(draws)
    for name in operations:
        OPERATIONS[name](source, draws)
    return source
