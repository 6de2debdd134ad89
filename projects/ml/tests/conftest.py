"""Histories with known forecasts, and published files in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import numpy as np
import pyarrow as pa
import pytest

from environment import Environment
from warehouse import Publication, Warehouse

FIRST_DAY = date(2025, 1, 6)  # a Monday


@pytest.fixture(scope="session")
def table() -> Callable[[Sequence[float]], pa.Table]:
    """Return a function that creates the table of marts_dbt: orders per day in two channels."""

    def build(orders: Sequence[float], first: date = FIRST_DAY) -> pa.Table:
        days = [first + timedelta(days=number) for number in range(len(orders))]
        web = [int(number) // 3 for number in orders]
        store = [int(number) - part for number, part in zip(orders, web, strict=True)]
        return pa.table(
            {
                "order_date": pa.array(days + days, pa.date32()),
                "channel": ["web"] * len(days) + ["store"] * len(days),
                "orders": pa.array(web + store, pa.int64()),
            }
        )

    return build


@pytest.fixture(scope="session")
def weekly_noise() -> Callable[..., np.ndarray]:
    """Return a function that creates orders with a weekly pattern, a trend and noise."""

    def build(days: int = 203, level: float = 50.0, seed: int = 7) -> np.ndarray:
        number = np.arange(days)
        pattern = np.array([1.2, 1.1, 1.0, 1.0, 1.1, 0.9, 0.7])[number % 7]
        expected = level * pattern * (1 + number / days / 4)
        return np.random.default_rng(seed).poisson(expected)

    return build


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Return an environment with an empty data directory, set by variables as in production."""
    monkeypatch.setenv("JAFFLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JAFFLE_ENV", "ci")
    return Environment.from_environ()


@pytest.fixture
def publish_table(
    environment: Environment,
) -> Callable[[str, tuple[str, str], pa.Table], Publication]:
    """Return a function that publishes a table of another project."""

    def publish(project: str, key: tuple[str, str], content: pa.Table) -> Publication:
        with Warehouse(project).open_session() as session:
            session.write(key, content)
            return session.publish()

    return publish


@pytest.fixture(scope="session")
def instance() -> Iterator[dg.DagsterInstance]:
    """Return a Dagster instance on SQLite in a temporary folder; creating one takes 2 s."""
    with dg.instance_for_test() as made:
        yield made
