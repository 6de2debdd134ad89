"""Demand by day and channel: the pattern that a forecast can find."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

import numpy as np

from demo_shop.draws import Ints, Stream, words
from demo_shop.window import DAYS, FIRST_DAY, LAST_DAY

CHANNELS = ("web", "app", "store")
"""Channels of orders; the generator numbers them by their index."""

COUNTRIES = {"DE": 0.40, "FR": 0.20, "NL": 0.15, "AT": 0.12, "BE": 0.08, "IE": 0.05}
"""Countries of customers, with their shares."""

HOME = "DE"
"""Country of the shop's stores, which close on its holidays."""

_WEEKDAYS = {  # Monday first
    "web": (1.35, 1.25, 1.15, 1.05, 0.85, 0.60, 0.75),
    "app": (0.95, 1.00, 1.00, 1.00, 1.00, 0.90, 1.15),
    "store": (0.85, 0.85, 0.95, 1.05, 1.25, 1.50, 0.00),
}
_LEVELS = {"web": (0.50, 0.62), "app": (0.20, 0.46), "store": (0.19, 0.17)}
"""Level on the first and on the last day: the app grows, the stores shrink slowly."""

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
    """Relative demand, as bounds for uniform numbers in 0 … 2³² - 1."""

    days: Ints
    """`DAYS` + 1 rising bounds: a number between two adjacent bounds is on that day."""

    channels: Ints
    """Shape (`DAYS`, 2): for each day, the bounds between web and app and between app and store."""


@cache
def demand() -> Demand:
    """Return the demand of every day.

    It consists of trend, weekday, season, public holidays (library `holidays`), campaigns, and
    autocorrelated noise.
    """
    shut = _holidays()
    # Whole numbers from here on, so that the last bit of a cosine cannot move an order.
    weights = [
        [round(1e6 * noise * _expected(channel, number, shut)) for channel in CHANNELS]
        for number, noise in enumerate(_noise())
    ]
    totals = [sum(day) for day in weights]
    *bounds, whole = accumulate(totals, initial=0)
    return Demand(
        days=np.array([(bound << 32) // whole for bound in (*bounds, whole)], dtype=np.int64),
        channels=np.array(
            [
                ((web << 32) // total, ((web + app) << 32) // total)
                for (web, app, _), total in zip(weights, totals, strict=True)
            ],
            dtype=np.int64,
        ),
    )


def orders_per_day(orders: int) -> Ints:
    """Return the number of orders of each day, with the variance of real counts.

    Args:
        orders: Total number of orders.
    """
    bounds = demand().days
    counts = np.zeros(DAYS, dtype=np.int64)
    step = 1 << 20
    for block, start in enumerate(range(0, orders, step)):
        drawn = words(Stream.DAYS, block, min(step, orders - start))
        counts += np.bincount(np.searchsorted(bounds, drawn, side="right") - 1, minlength=DAYS)
    return counts


def _expected(channel: str, number: int, shut: dict[date, set[str]]) -> float:
    day = FIRST_DAY + timedelta(days=number)
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
    from holidays import country_holidays  # noqa: PLC0415 - takes half a second, needed only here

    shut: dict[date, set[str]] = {}
    for country in COUNTRIES:
        for day in country_holidays(country, years=range(FIRST_DAY.year, LAST_DAY.year + 1)):
            shut.setdefault(day, set()).add(country)
    return shut


def _noise() -> list[float]:
    # The sum of twelve uniform numbers minus six is nearly normal, and exact.
    drawn = words(Stream.NOISE, 0, 12 * DAYS).reshape(DAYS, 12).sum(axis=1).tolist()
    fresh = math.sqrt(1 - _NOISE_MEMORY**2)
    noise = accumulate(
        drawn,
        lambda before, number: _NOISE_MEMORY * before + fresh * (number / 2**32 - 6),
        initial=0.0,
    )
    return [1 + _NOISE * each for each in noise][1:]
