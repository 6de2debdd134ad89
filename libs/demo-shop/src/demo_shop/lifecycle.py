"""What happens to an order after it was placed, and what of that a clock has seen."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from demo_shop.demand import CHANNELS
from demo_shop.draws import Ints, piecewise, quantiles, shape

STATUSES = ("placed", "shipped", "completed", "returned", "canceled")
"""An order's status; a status's number is its place in here."""

LONGEST = timedelta(days=60)
"""No order changes later than this after it was placed."""

WORDS = 5
"""Words that `later` needs for each order."""

_PLACED, _SHIPPED, _COMPLETED, _RETURNED, _CANCELED = range(len(STATUSES))
_STORE = CHANNELS.index("store")

_CANCELED_SHARE = 0.03
_RETURNED_SHARE = 0.07
_CORRECTED_SHARE = 0.02

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class Later:
    """The state of some orders when the clock stands at a moment."""

    status: Ints
    cents: Ints
    updated_at: Ints


def later(channel: Ints, ordered: Ints, cents: Ints, drawn: Ints, now: int) -> Later:
    """Let time pass over orders.

    An order is shipped within days and completed some days later; in a store both is a matter of
    minutes. Some are canceled before they are shipped, some returned weeks after, and of some the
    amount is corrected.

    Args:
        channel: Place in `CHANNELS`.
        ordered: When it was placed, microseconds since 1970.
        cents: Amount as placed.
        drawn: Shape (`WORDS`, orders): uniform words.
        now: The clock, microseconds since 1970.

    Returns:
        What the clock has seen.
    """
    store = (channel == _STORE).astype(np.int64)
    shipped = ordered + shape(_shipping(), store, drawn[0])
    completed = shipped + shape(_completing(), store, drawn[1])
    fate, chance = drawn[3] >> 16, drawn[3] & 0xFFFF
    returned = np.where(
        fate >= (1 - _RETURNED_SHARE) * 2**16,
        completed + shape(_returning(), store, drawn[2]),
        now + 1,
    )
    # Before the shipping: a share of the time until then.
    canceled = ordered + (((shipped - ordered) >> 16) * (drawn[2] >> 16))
    is_canceled = (fate < _CANCELED_SHARE * 2**16) & (store == 0)
    corrected = ordered + _HOUR + shape(_correcting(), store, drawn[4])
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
    return Later(
        status=status,
        # 5 to 36 % less: a voucher, or an article that was not there.
        cents=np.where(is_corrected, cents * (95 - (drawn[4] & 31)) // 100, cents),
        updated_at=np.where(is_corrected, np.maximum(updated, corrected), updated),
    )


@cache
def _shipping() -> tuple[Ints, Ints]:
    online = quantiles(piecewise([2 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 4 * _DAY], [2, 4, 3, 1]))
    return online, quantiles(piecewise([_HOUR // 60, _HOUR // 4], [1]))


@cache
def _completing() -> tuple[Ints, Ints]:
    online = quantiles(piecewise([12 * _HOUR, 2 * _DAY, 4 * _DAY, 8 * _DAY], [3, 5, 1]))
    return online, quantiles(piecewise([_HOUR // 60, _HOUR // 4], [1]))


@cache
def _returning() -> tuple[Ints, Ints]:
    table = quantiles(piecewise([2 * _DAY, 10 * _DAY, 20 * _DAY, 45 * _DAY], [3, 4, 1]))
    return table, table


@cache
def _correcting() -> tuple[Ints, Ints]:
    table = quantiles(piecewise([0, 3 * _DAY, 30 * _DAY], [3, 1]))
    return table, table
