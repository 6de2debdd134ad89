"""The shop's orders: who bought when, through which channel and for how much."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from demo_shop.demand import demand, orders_per_day
from demo_shop.draws import Ints, Stream, piecewise, quantiles, shape, words
from demo_shop.lifecycle import WORDS as LIFE_WORDS
from demo_shop.lifecycle import later
from demo_shop.users import users_before, users_of
from demo_shop.window import DAY_SECONDS, DAYS, EPOCH_DAY, SECOND

BATCH = 1 << 18
"""Orders that are handed on at a time, about; bounds the memory whatever the size."""

_WORDS = 5 + LIFE_WORDS

_HOURS = {  # weight of each hour, UTC
    "web": (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 7, 7, 8, 7, 6, 6, 6, 7, 9, 11, 10, 7, 4, 2),
    "app": (2, 1, 1, 0, 0, 1, 4, 7, 6, 4, 4, 5, 7, 6, 4, 4, 6, 8, 9, 10, 11, 10, 7, 4),
    "store": (0, 0, 0, 0, 0, 0, 0, 0, 5, 7, 8, 9, 10, 8, 8, 9, 11, 9, 4, 0, 0, 0, 0, 0),
}
_AMOUNTS = {"web": (48.0, 0.75), "app": (34.0, 0.65), "store": (27.0, 0.60)}
"""Median in euros and spread of the logarithm, of each channel."""


@dataclass(frozen=True)
class Orders:
    """Some orders as vectors; the one form from which SQLite and Parquet are written."""

    id: Ints
    user_id: Ints
    channel: Ints
    """Place in `demand.CHANNELS`."""
    status: Ints
    """Place in `lifecycle.STATUSES`."""
    cents: Ints
    """Amount in hundredths of a euro."""
    ordered_at: Ints
    """Microseconds since 1970; whole seconds."""
    updated_at: Ints
    """Microseconds since 1970."""


def orders(count: int, now: int, *, first_day: int = 0) -> Iterator[Orders]:
    """Make the orders in the order of their ids, which is the order of their times.

    Args:
        count: Orders in all.
        now: The shop's clock, microseconds since 1970: what happens to an order later is not seen.
        first_day: Leave out the days before this one (a number in the shop's window, from 0); the
            other orders stay the same.

    Yields:
        The orders in batches of whole days, of about `BATCH` rows.
    """
    sizes = orders_per_day(count)
    ends = np.cumsum(sizes)
    start = first_day
    while start < DAYS:
        done = int(ends[start] - sizes[start])
        stop = max(start + 1, int(np.searchsorted(ends, done + BATCH, side="right")))
        yield _batch(range(start, stop), sizes, done, users_of(count), now)
        start = stop


def _batch(days: range, sizes: Ints, done: int, user_count: int, now: int) -> Orders:
    # Each day is drawn from a block of its own: no row depends on how days are batched.
    drawn = np.concatenate(
        [words(Stream.ORDERS, day, _WORDS * int(sizes[day])).reshape(_WORDS, -1) for day in days],
        axis=1,
    )
    counts = sizes[days.start : days.stop]
    day = np.repeat(np.arange(days.start, days.stop, dtype=np.int64), counts)
    bounds = demand().channels[day]
    channel = (drawn[0] >= bounds[:, 0]).astype(np.int64) + (drawn[0] >= bounds[:, 1])
    moment = (day + EPOCH_DAY) * DAY_SECONDS + shape(_hours(), channel, drawn[1])
    # Sorted together, so that orders of one second have one order on every machine.
    together = np.sort(moment * 4 + channel)
    channel = together & 3
    ordered = (together >> 2) * SECOND
    known = np.repeat(np.array([users_before(user_count, number) for number in days]), counts)
    cents = shape(_amounts(), channel, drawn[4])
    life = later(channel, ordered, cents, drawn[5:], now)
    return Orders(
        id=np.arange(done + 1, done + 1 + len(channel), dtype=np.int64),
        user_id=_buyer(known, drawn[2], drawn[3]),
        channel=channel,
        status=life.status,
        cents=life.cents,
        ordered_at=ordered,
        updated_at=life.updated_at,
    )


def _buyer(known: Ints, one: Ints, other: Ints) -> Ints:
    # Of two users drawn evenly, the more loyal buys: some buy often, some hardly ever.
    first = ((known * one) >> 32) + 1
    second = ((known * other) >> 32) + 1
    return np.where(_loyalty(first) >= _loyalty(second), first, second)


def _loyalty(user: Ints) -> Ints:
    return (user * 0x9E37_79B1) & 0xFFFF_FFFF


@cache
def _hours() -> tuple[Ints, ...]:
    edges = range(0, DAY_SECONDS + 1, 3600)
    return tuple(
        # The last second belongs to the day.
        np.minimum(quantiles(piecewise(edges, weights)), DAY_SECONDS - 1)
        for weights in _HOURS.values()
    )


@cache
def _amounts() -> tuple[Ints, ...]:
    return tuple(
        quantiles(_lognormal(100 * median, spread)) for median, spread in _AMOUNTS.values()
    )


def _lognormal(median: float, spread: float) -> Callable[[float], float]:
    normal = NormalDist()
    return lambda share: median * math.exp(spread * normal.inv_cdf(share))
