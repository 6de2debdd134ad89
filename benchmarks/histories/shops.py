"""Daily orders of unlike shops, all days complete."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLAT = (1.0,) * 7
STREET = (0.85, 0.85, 0.95, 1.05, 1.25, 1.5, 0.55)
"""Shares of the weekdays, Monday first."""
ONLINE = (1.35, 1.25, 1.15, 1.05, 0.85, 0.6, 0.75)
CLOSED_SUNDAYS = (0.9, 0.9, 1.0, 1.1, 1.3, 1.6, 0.0)
CLOSED_WEEKENDS = (1.2, 1.3, 1.3, 1.2, 1.0, 0.0, 0.0)
CLOSED_MONDAYS = (0.0, 0.8, 0.9, 1.0, 1.3, 1.7, 1.3)


def no_change(day: Floats, days: int) -> Floats:
    """Return the same level for all days."""
    del days
    return np.ones_like(day)


@dataclass(frozen=True)
class Shop:
    """A random process of orders per day."""

    name: str
    days: int
    level: float
    """Expected orders per day at the factor 1."""
    weekdays: tuple[float, ...] = FLAT
    factor: Callable[[Floats, int], Floats] = no_change
    """Level of each day; its arguments are the numbers of the days and the number of days."""
    noise: float = 0.0
    """Standard deviation of the logarithm of the expected orders, in addition to counting."""
    memory: float = 0.0
    """Correlation of the noise of adjacent days."""
    open_share: float = 1.0
    """Probability that a day has orders at all."""

    def orders(self, seed: int) -> NDArray[np.int64]:
        """Return the orders of each day; the first one is a Monday."""
        random = np.random.default_rng(seed)
        day = np.arange(self.days)
        mean = self.level * np.array(self.weekdays)[day % 7]
        mean = mean * self.factor(day.astype("float64"), self.days)
        drawn = random.normal(size=self.days)
        for number in range(1, self.days):
            fresh = math.sqrt(1 - self.memory**2) * drawn[number]
            drawn[number] = self.memory * drawn[number - 1] + fresh
        counts = random.poisson(mean * np.exp(self.noise * drawn - self.noise**2 / 2))
        return np.where(random.random(self.days) < self.open_share, counts, 0)


def _year(strength: float) -> Callable[[Floats, int], Floats]:
    return lambda day, _: 1 + strength * np.sin(2 * np.pi * day / 365)


def _step(days_before_end: int, factor: float) -> Callable[[Floats, int], Floats]:
    return lambda day, days: np.where(day >= days - days_before_end, factor, 1.0)


SHOPS = (
    Shop("0.5 a day", 400, 0.5),
    Shop("0.8 a day", 300, 0.8, ONLINE),
    Shop("2 a day", 365, 2, STREET),
    Shop("5 a day", 203, 5, ONLINE),
    Shop("8 a day, noise", 365, 8, noise=0.2),
    Shop("12, closed on Sundays", 300, 12, CLOSED_SUNDAYS),
    Shop("20 a day", 203, 20, STREET),
    Shop("30, 140 days", 140, 30, STREET),
    Shop("55, correlated noise", 500, 55, ONLINE, noise=0.1, memory=0.5),
    Shop("150, closed on weekends", 365, 150, CLOSED_WEEKENDS, noise=0.05),
    Shop("400, closed on Mondays", 250, 400, CLOSED_MONDAYS, noise=0.1),
    Shop("1,000, every day alike", 203, 1000),
    Shop("5,000", 365, 5000, ONLINE, noise=0.05),
    Shop("5,000, closed on Sundays", 204, 5000, CLOSED_SUNDAYS, noise=0.08),
    Shop("100, upward trend", 300, 100, STREET, lambda day, days: 1 + day / days, 0.05),
    Shop("300, downward trend", 300, 300, ONLINE, lambda day, days: 1 - 0.6 * day / days, 0.05),
    Shop("200, season", 800, 200, STREET, _year(0.4), 0.05),
    Shop("60, season, closed on Sundays", 800, 60, CLOSED_SUNDAYS, _year(-0.3), 0.1),
    Shop("300, halved 21 days ago", 300, 300, STREET, _step(21, 0.5), 0.05),
    Shop("80, doubled 60 days ago", 300, 80, ONLINE, _step(60, 2.0), 0.08),
    Shop("30, halved 100 days ago", 300, 30, STREET, _step(100, 0.5)),
    Shop("500, much noise", 365, 500, STREET, noise=0.3),
    Shop("50, strongly correlated noise", 365, 50, noise=0.2, memory=0.7),
    Shop("40, no orders on a day in five", 300, 40, noise=0.2, open_share=0.8),
    Shop("3, no orders on a day in three", 300, 3, open_share=0.67),
    Shop("growth of 1 % per day", 200, 10, ONLINE, lambda day, _: 1.01**day, 0.08),
    Shop("growth from 1 to 200", 300, 200, STREET, lambda day, _: 1 / (1 + np.exp(3 - day / 25))),
    Shop(
        "100, campaigns", 400, 100, ONLINE, lambda day, _: np.where(day % 90 < 10, 1.5, 1.0), 0.05
    ),
    Shop(
        "2,000, holidays",
        500,
        2000,
        STREET,
        lambda day, _: np.where(np.isin(day % 91, [17, 18, 60]), 0.45, 1.0),
        0.07,
    ),
)
