"""How much is bought on each day and through which channel: the signal that a forecast can find."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from demo_shop.draws import Ints, Stream, words
from demo_shop.window import DAYS, FIRST_DAY, LAST_DAY

CHANNELS = ("web", "app", "store")
"""Where an order is made; a channel's number is its place in here."""

COUNTRIES = {"DE": 0.40, "FR": 0.20, "NL": 0.15, "AT": 0.12, "BE": 0.08, "IE": 0.05}
"""Where customers live, with their shares."""

HOME = "DE"
"""Where the shop's stores are: they close on this country's holidays."""

_WEEKDAYS = {  # Monday first
    "web": (1.35, 1.25, 1.15, 1.05, 0.85, 0.60, 0.75),
    "app": (0.95, 1.00, 1.00, 1.00, 1.00, 0.90, 1.15),
    "store": (0.85, 0.85, 0.95, 1.05, 1.25, 1.50, 0.00),
}
_LEVELS = {"web": (0.50, 0.62), "app": (0.20, 0.46), "store": (0.19, 0.17)}
"""Level on the first and on the last day: the app grows, the stores slowly shrink."""

_CAMPAIGNS = (  # first day as (month, day), number of days, lift of online orders
    ((1, 2), 9, 0.20),
    ((4, 10), 7, 0.18),
    ((7, 1), 14, 0.22),
    ((11, 21), 10, 0.50),
    ((12, 8), 14, 0.25),
)
_ONLINE_HOLIDAY_DIP = 0.35
_NOISE = 0.05
_NOISE_MEMORY = 0.5


@dataclass(frozen=True)
class Demand:
    """Relative demand, as bounds that uniform words in 0 … 2³² - 1 are compared with."""

    days: Ints
    """`DAYS` + 1 rising bounds: a word between two neighbors falls on that day."""

    channels: Ints
    """Shape (`DAYS`, 2): per day, the bounds between web and app and between app and store."""


@cache
def demand() -> Demand:
    """Compute the demand of every day.

    Trend, weekday, season, public holidays (library `holidays`), campaigns, and a noise that has a
    memory of some days.
    """
    noise = _noise()
    shut = _holidays()
    weights = []
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        # Whole numbers from here on, so that a last bit of `cos` can't move an order.
        weights.append(
            [
                round(1e6 * noise[number] * _expected(channel, day, number, shut))
                for channel in CHANNELS
            ]
        )
    totals = [sum(day) for day in weights]
    whole = sum(totals)
    bounds = [0]
    for total in totals:
        bounds.append(bounds[-1] + total)
    return Demand(
        days=np.array([(bound << 32) // whole for bound in bounds], dtype=np.int64),
        channels=np.array(
            [
                ((web << 32) // total, ((web + app) << 32) // total)
                for (web, app, _), total in zip(weights, totals, strict=True)
            ],
            dtype=np.int64,
        ),
    )


def orders_per_day(orders: int) -> Ints:
    """Spread a number of orders over the days, with the chance that real counts have.

    Args:
        orders: Orders in all.

    Returns:
        Orders of each day; `DAYS` numbers whose sum is `orders`.
    """
    bounds = demand().days
    counts = np.zeros(DAYS, dtype=np.int64)
    step = 1 << 20
    for block, start in enumerate(range(0, orders, step)):
        drawn = words(Stream.DAYS, block, min(step, orders - start))
        counts += np.bincount(np.searchsorted(bounds, drawn, side="right") - 1, minlength=DAYS)
    return counts


def _expected(channel: str, day: date, number: int, shut: dict[date, set[str]]) -> float:
    first, last = _LEVELS[channel]
    level = first + (last - first) * number / (DAYS - 1)
    year = 2 * math.pi * (day.timetuple().tm_yday - 340) / 365.25
    season = 1 + 0.10 * math.cos(year) + 0.04 * math.cos(2 * year)
    return level * season * _WEEKDAYS[channel][day.weekday()] * _occasion(channel, day, shut)


def _occasion(channel: str, day: date, shut: dict[date, set[str]]) -> float:
    countries = shut.get(day, set())
    if channel == "store":
        return 0.0 if HOME in countries else 1.0
    dip = 1 - _ONLINE_HOLIDAY_DIP * sum(COUNTRIES[country] for country in countries)
    for (month, first), length, lift in _CAMPAIGNS:
        if 0 <= (day - date(day.year, month, first)).days < length:
            return dip * (1 + lift)
    return dip


def _holidays() -> dict[date, set[str]]:
    from holidays import country_holidays  # noqa: PLC0415 - half a second that readers needn't pay

    shut: dict[date, set[str]] = {}
    for country in COUNTRIES:
        for day in country_holidays(country, years=range(FIRST_DAY.year, LAST_DAY.year + 1)):
            shut.setdefault(day, set()).add(country)
    return shut


def _noise() -> list[float]:
    # The sum of twelve uniform numbers, less six, is nearly normal, and exact.
    drawn = words(Stream.NOISE, 0, 12 * DAYS).reshape(DAYS, 12).sum(axis=1).tolist()
    fresh = math.sqrt(1 - _NOISE_MEMORY**2)
    noise = []
    state = 0.0
    for number in drawn:
        state = _NOISE_MEMORY * state + fresh * (number / 2**32 - 6)
        noise.append(1 + _NOISE * state)
    return noise
