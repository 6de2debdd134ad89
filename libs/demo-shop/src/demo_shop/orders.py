"""The shop's orders: user, time, channel and amount."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from demo_shop.demand import demand, orders_per_day
from demo_shop.draws import Ints, Stream, piecewise, quantiles, shape, words
from demo_shop.lifecycle import WORDS as LIFE_WORDS
from demo_shop.lifecycle import progress
from demo_shop.users import user_count, users_before
from demo_shop.window import DAY_SECONDS, DAYS, EPOCH_DAY, SECOND

BATCH = 1 << 18
"""Approximate number of orders per batch; bounds the memory for every size."""

_WORDS = 5 + LIFE_WORDS

_HOURS = {  # weight of each hour, UTC
    "web": (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 7, 7, 8, 7, 6, 6, 6, 7, 9, 11, 10, 7, 4, 2),
    "app": (2, 1, 1, 0, 0, 1, 4, 7, 6, 4, 4, 5, 7, 6, 4, 4, 6, 8, 9, 10, 11, 10, 7, 4),
    "store": (0, 0, 0, 0, 0, 0, 0, 0, 5, 7, 8, 9, 10, 8, 8, 9, 11, 9, 4, 0, 0, 0, 0, 0),
}
_AMOUNTS = {"web": (48.0, 0.75), "app": (34.0, 0.65), "store": (27.0, 0.60)}
"""Median in euros and spread of the logarithm, for each channel."""


@dataclass(frozen=True)
class Orders:
    """A batch of orders as vectors, from which SQLite and Parquet files are written."""

    id: Ints
    user_id: Ints
    channel: Ints
    """Index in `demand.CHANNELS`."""
    status: Ints
    """Index in `lifecycle.STATUSES`."""
    cents: Ints
    """Amount in hundredths of a euro."""
    ordered_at: Ints
    """Microseconds since 1970; whole seconds."""
    updated_at: Ints
    """Microseconds since 1970."""


def orders(count: int, now: int, *, first_day: int = 0) -> Iterator[Orders]:
    """Yield the orders by id, which is also by time, in batches of whole days.

    Args:
        count: Total number of orders.
        now: The shop's clock, in microseconds since 1970; later changes of orders are left out.
        first_day: Number of the first day, from 0; orders of later days do not depend on it.
    """
    sizes = orders_per_day(count)
    ends = np.cumsum(sizes)
    start = first_day
    while start < DAYS:
        done = int(ends[start] - sizes[start])
        stop = max(start + 1, int(np.searchsorted(ends, done + BATCH, side="right")))
        yield _batch(range(start, stop), sizes, done, user_count(count), now)
        start = stop


def _batch(days: range, sizes: Ints, done: int, all_users: int, now: int) -> Orders:
    # Each day has its own block of random numbers: no row depends on the batches.
    drawn = np.concatenate(
        [words(Stream.ORDERS, day, _WORDS * int(sizes[day])).reshape(_WORDS, -1) for day in days],
        axis=1,
    )
    counts = sizes[days.start : days.stop]
    day = np.repeat(np.arange(days.start, days.stop, dtype=np.int64), counts)
    bounds = demand().channels[day]
    channel = (drawn[0] >= bounds[:, 0]).astype(np.int64) + (drawn[0] >= bounds[:, 1])
    moment = (day + EPOCH_DAY) * DAY_SECONDS + shape(_hours(), channel, drawn[1])
    # Sorted together, so that orders of the same second are sorted equally on every machine.
    together = np.sort(moment * 4 + channel)
    channel = together & 3
    ordered = (together >> 2) * SECOND
    known = np.repeat(np.array([users_before(all_users, number) for number in days]), counts)
    cents = shape(_amounts(), channel, drawn[4])
    life = progress(channel, ordered, cents, drawn[5:], now)
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
    # Of two random users the more loyal one buys: some buy often, some rarely.
    first = ((known * one) >> 32) + 1
    second = ((known * other) >> 32) + 1
    return np.where(_loyalty(first) >= _loyalty(second), first, second)


def _loyalty(user: Ints) -> Ints:
    return (user * 0x9E37_79B1) & 0xFFFF_FFFF


@cache
def _hours() -> tuple[Ints, ...]:
    edges = range(0, DAY_SECONDS + 1, 3600)
    return tuple(
        # The last second is still on the same day.
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
