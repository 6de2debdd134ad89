"""Closed and incomplete days, put into a history of complete days."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
WEEKS = 6
"""Closed days are within these last weeks: earlier ones hardly move a forecast."""


def closed(orders: Counts, days: int, random: np.random.Generator) -> Counts:
    """Return the orders with zeros on random days that had orders, the last day excepted."""
    recent = np.arange(len(orders) - 7 * WEEKS, len(orders) - 1)
    changed = orders.copy()
    changed[random.choice(recent[orders[recent] > 0], days, replace=False)] = 0
    return changed


def partial(orders: Counts, days: int, share: float) -> Counts:
    """Return the orders with a share of them on the last days."""
    changed = orders.copy()
    changed[-days:] = np.round(orders[-days:] * share)
    return changed


FAULTS: dict[str, Callable[[Counts, np.random.Generator], Counts]] = {
    "1 closed": lambda orders, random: closed(orders, 1, random),
    "3 closed": lambda orders, random: closed(orders, 3, random),
    "last 5 %": lambda orders, _: partial(orders, 1, 0.05),
    "last 40 %": lambda orders, _: partial(orders, 1, 0.4),
    "two 5 %": lambda orders, _: partial(orders, 2, 0.05),
    "two 40 %": lambda orders, _: partial(orders, 2, 0.4),
    "3 + 5 %": lambda orders, random: partial(closed(orders, 3, random), 1, 0.05),
}
"""Names of the columns, and the faults."""
