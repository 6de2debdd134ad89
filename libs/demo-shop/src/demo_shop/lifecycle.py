"""The life of an order after it was placed, up to a point in time."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from demo_shop.demand import CHANNELS
from demo_shop.draws import Ints, piecewise, quantiles, shape

STATUSES = ("placed", "shipped", "completed", "returned", "canceled")
"""Statuses of orders; the generator numbers them by their index."""

LONGEST = timedelta(days=60)
"""No order changes after this time since it was placed."""

WORDS = 5
"""Number of random numbers per order in `progress`."""

_PLACED, _SHIPPED, _COMPLETED, _RETURNED, _CANCELED = range(len(STATUSES))
_STORE = CHANNELS.index("store")

_CANCELED_SHARE = 0.03
_RETURNED_SHARE = 0.07
_CORRECTED_SHARE = 0.02

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class Progress:
    """The status of orders at a point in time."""

    status: Ints
    cents: Ints
    updated_at: Ints


def progress(channel: Ints, ordered: Ints, cents: Ints, drawn: Ints, now: int) -> Progress:
    """Return the status of orders at the time of the clock.

    An order is shipped within days and completed some days later; in a store both take minutes.
    Some orders are canceled before they are shipped, some are returned weeks later, and for some
    the amount is corrected.

    Args:
        channel: Index in `CHANNELS`.
        ordered: Time when it was placed, in microseconds since 1970.
        cents: Amount when it was placed.
        drawn: Shape (`WORDS`, orders): uniform random numbers.
        now: The clock, in microseconds since 1970.
    """
    delays = _delays()
    store = (channel == _STORE).astype(np.int64)
    shipped = ordered + shape(delays["shipping"], store, drawn[0])
    completed = shipped + shape(delays["completing"], store, drawn[1])
    fate, chance = drawn[3] >> 16, drawn[3] & 0xFFFF
    returned = np.where(
        fate >= (1 - _RETURNED_SHARE) * 2**16,
        completed + shape(delays["returning"], store, drawn[2]),
        now + 1,
    )
    # A part of the time until the shipping.
    canceled = ordered + (((shipped - ordered) >> 16) * (drawn[2] >> 16))
    is_canceled = (fate < _CANCELED_SHARE * 2**16) & (store == 0)
    corrected = ordered + _HOUR + shape(delays["correcting"], store, drawn[4])
    is_corrected = (chance < _CORRECTED_SHARE * 2**16) & (corrected <= now)

    status = np.full_like(channel, _PLACED)
    updated = ordered.copy()
    for moment, to in ((shipped, _SHIPPED), (completed, _COMPLETED), (returned, _RETURNED)):
        seen = moment <= now
        status[seen] = to
        updated[seen] = moment[seen]
    seen = is_canceled & (canceled <= now)
    status[seen] = _CANCELED
    updated[is_canceled] = np.where(canceled <= now, canceled, ordered)[is_canceled]
    return Progress(
        status=status,
        # 5 to 36 % less: a voucher, or a missing article.
        cents=np.where(is_corrected, cents * (95 - (drawn[4] & 31)) // 100, cents),
        updated_at=np.where(is_corrected, np.maximum(updated, corrected), updated),
    )


@cache
def _delays() -> dict[str, tuple[Ints, Ints]]:
    """Return the tables of each delay, for online orders and for orders in a store."""
    histograms = {
        "shipping": ([2 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 4 * _DAY], [2, 4, 3, 1]),
        "completing": ([12 * _HOUR, 2 * _DAY, 4 * _DAY, 8 * _DAY], [3, 5, 1]),
        "returning": ([2 * _DAY, 10 * _DAY, 20 * _DAY, 45 * _DAY], [3, 4, 1]),
        "correcting": ([0, 3 * _DAY, 30 * _DAY], [3, 1]),
    }
    online = {name: quantiles(piecewise(*histogram)) for name, histogram in histograms.items()}
    minutes = quantiles(piecewise([_HOUR // 60, _HOUR // 4], [1]))
    store = {**online, "shipping": minutes, "completing": minutes}
    return {name: (online[name], store[name]) for name in histograms}
