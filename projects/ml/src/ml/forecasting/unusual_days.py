"""Days with far fewer orders than usual for their weekday: incomplete or closed ones.

The usual number of a day is the median of the same weekday in the four weeks before it, and, for
days that are not at the end, also of the four weeks after it. The median of four ignores one
unusual day among them. A weekday on which the shop is always closed has the usual number 0, so its
zeros are not unusual.

A day is unusual only if chance does not explain it. Counts of a shop vary more than a Poisson
distribution, so the probability of a count this small or smaller is that of a negative binomial
distribution around the usual number, whose dispersion is estimated from the history (robustly, by
the median absolute deviation). Where a shop has few orders or much noise, a day without orders has
a high probability, and nothing is changed. The same holds where such days are more than a tenth of
the history: they are how the shop sells.

No library of the project has this: statsforecast detects outliers by the intervals of a model that
was fitted to them, and the cleaning of R's `forecast::tsclean` replaces every outlier, also real
ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEEK = 7
WEEKS_AROUND = 4
"""Weeks before and after a day that its usual number is taken from: fewer are moved by one unusual
day, more lag behind a shop that grows."""
BEFORE, AFTER = range(1, WEEKS_AROUND + 1), range(-WEEKS_AROUND, 0)
FEWEST_WEEKS = 3
"""A median of fewer is not known well enough: that of two is changed by one unusual day."""
DISPERSION_DAYS = 26 * WEEK
"""Days at the end of the history from which the dispersion is estimated: a shop that has grown is
less noisy than it was."""
RARE = 0.1
"""Largest share of a history that can be unusual; at least `RARE_DAYS` can."""
RARE_DAYS = 1

INCOMPLETE_SHARE = 0.6
"""A day at the end is incomplete only below this share of the usual number. The smallest change
that is worth a day of training: a day at 60 % moves the forecast of a typical shop by about a tenth
if the model follows it quickly."""
INCOMPLETE_CHANCE = 0.01
"""A day at the end is incomplete only below this probability. One complete day in a hundred may be
left out, which costs a day of training; a lower probability misses incomplete days of noisy shops,
which move the forecast by a tenth and more."""
MOST_INCOMPLETE_DAYS = 3
"""More days in a row at the end are a change of level: data that is late comes within a weekend."""

CLOSED_SHARE = 0.1
"""A day is closed at no more than this share of the usual number: some orders come in anyway."""
CLOSED_CHANCE = 0.05
"""Upper bound of the probability that any day of a history without closed days is regarded as
closed, by chance: it is divided by the number of days (Bonferroni). Measured, it is less than one
in a hundred, because the usual number is the smaller one of two; with 0.01, closed days of shops
with 12 orders per day are not found."""


@dataclass(frozen=True)
class End:
    """The last days of a history that are unusually low."""

    days: int
    """Number of days at the end, 0 if they are as usual. Days on which the shop is usually closed
    are included where a day before them is low."""
    is_level_change: bool
    """Whether they are too many to be incomplete."""
    usual: tuple[float, ...] = ()
    """Usual numbers of these days; 0 on days on which the shop is usually closed."""


def unusual_end(orders: Floats) -> End:
    """Return the last days with less than `INCOMPLETE_SHARE` of the usual number of orders.

    The usual number follows the level of the week before these days, so that a shop that has halved
    is compared with its new level, after four days at the latest in a shop without much noise.

    Args:
        orders: Orders per day, without gaps.
    """
    before = _usual(orders, BEFORE)
    dispersion = _dispersion(orders)
    share = _shares(orders, before)
    found = End(0, is_level_change=False)
    # A day with three weeks after it is compared with those, too: see `closed_days`.
    examined = FEWEST_WEEKS * WEEK
    for days in range(1, min(examined, len(orders) - examined) + 1):
        start = len(orders) - days
        week = share[start - WEEK : start]
        week = week[~np.isnan(week)]
        level = min(1.0, float(np.median(week))) if week.size else 1.0
        usual = np.nan_to_num(before[start:] * level)
        open_days = usual > 0
        earlier = share[:start]
        is_low = (
            (orders[start:] <= INCOMPLETE_SHARE * usual)
            & (_chance(orders[start:], usual, dispersion) <= INCOMPLETE_CHANCE)
            & np.array([_is_rare(earlier <= one, earlier) for one in share[start:]])
        )
        if not is_low[open_days].all():
            break
        if open_days[0]:
            too_many = int(open_days.sum()) > MOST_INCOMPLETE_DAYS
            found = End(days, too_many, tuple(usual.tolist()))
    return found


def closed_days(orders: Floats) -> dict[int, float]:
    """Return positions of single closed days, with their usual number of orders.

    The number must be far below that of the weeks before *and* of the weeks after, so that the
    first days of a season without orders are not changed.

    Args:
        orders: Orders per day, without gaps. The first three weeks are not examined.
    """
    before, after = _usual(orders, BEFORE), _usual(orders, AFTER)
    least = np.where(np.isnan(after), before, np.minimum(before, after))
    share = _shares(orders, least)
    is_low = share <= CLOSED_SHARE
    chance = _chance(orders, least, _dispersion(orders))
    is_closed = is_low & (chance <= CLOSED_CHANCE / len(orders))
    if not _is_rare(is_low, share):
        return {}
    usual = _usual(orders, [*BEFORE, *AFTER])
    return {int(day): float(usual[day]) for day in np.flatnonzero(is_closed)}


def _usual(orders: Floats, weeks: Sequence[int]) -> Floats:
    """Return each day's median of the same weekday in other weeks; NaN if few are known.

    Args:
        orders: Orders per day.
        weeks: Weeks before the day; negative for weeks after it.
    """
    padding = np.full(WEEK * WEEKS_AROUND, np.nan)
    padded = np.concatenate([padding, orders, padding])
    starts = [len(padding) - WEEK * week for week in weeks]
    others = np.array([padded[start : start + len(orders)] for start in starts])
    known = (~np.isnan(others)).sum(axis=0) >= FEWEST_WEEKS
    usual = np.full(len(orders), np.nan)
    usual[known] = np.nanmedian(others[:, known], axis=0)
    return usual


def _shares(orders: Floats, usual: Floats) -> Floats:
    """Return orders divided by their usual number; NaN where that is 0 or unknown."""
    shares = np.full(len(orders), np.nan)
    np.divide(orders, usual, out=shares, where=usual > 0)
    return shares


def _dispersion(orders: Floats) -> float:
    """Return the variance of a day's share in excess of that of counts, 0 or more.

    The larger one of two estimates: the weeks before a day include the error of a trend, and the
    weeks around it give an estimate for all days of a short history.
    """
    return max(_excess(orders, BEFORE), _excess(orders, [*BEFORE, *AFTER]))


def _excess(orders: Floats, weeks: Sequence[int]) -> float:
    """Return the excess of the variance of orders divided by the median of other weeks.

    The squared deviation of a share, scaled by 1.4826 like a median absolute deviation, estimates
    the whole variance. That of counts is of the day and of the median, 1 + pi / (2 * weeks),
    divided by the usual number.
    """
    usual = _usual(orders, weeks)
    shares = _shares(orders, usual)[-DISPERSION_DAYS:]
    known = ~np.isnan(shares)
    if not known.any():
        return 0.0
    deviations = 1.4826 * (shares[known] - np.median(shares[known]))
    counts = (1 + np.pi / (2 * len(weeks))) / usual[-DISPERSION_DAYS:][known]
    return max(0.0, float(np.median(deviations**2 - counts)))


def _chance(orders: Floats, usual: Floats, dispersion: float) -> Floats:
    """Return the probability of so few orders or fewer; 1 where the usual number is 0 or unknown.

    The distribution is negative binomial with the variance usual + dispersion * usual**2, and
    Poisson without dispersion.
    """
    from scipy.stats import nbinom, poisson  # noqa: PLC0415 - 1 s

    known = usual > 0
    count, mean = orders[known], usual[known]
    chance = np.ones(len(orders))
    chance[known] = (
        nbinom.cdf(count, 1 / dispersion, 1 / (1 + dispersion * mean))
        if dispersion > 1e-6  # noqa: PLR2004 - below, the two distributions are equal
        else poisson.cdf(count, mean)
    )
    return chance


def _is_rare(is_low: NDArray[np.bool_], shares: Floats) -> bool:
    """Return whether low days are few among the days with a share."""
    known = int((~np.isnan(shares)).sum())
    return int(is_low.sum()) <= max(RARE_DAYS, RARE * known)
