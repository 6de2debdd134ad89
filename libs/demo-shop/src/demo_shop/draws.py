"""Random numbers that are the same on every machine, and tables of distributions.

Two features of NumPy differ between machines: its distributions, whose streams may change with a
release, and vectorized `exp`, `log` and `sin`, whose last bit depends on the processor. So only raw
Philox words are drawn, whose stream NumPy guarantees. Every distribution is a table of whole
numbers, computed once with scalar arithmetic and read with whole-number arithmetic.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
"""A vector of whole numbers."""

SEED = 20_240_101

EDITION = 2
"""Version of the generator, stored in every file. Increase it with every change of the rows: files
of other versions are refused."""

_STEPS_BITS = 12
_STEPS = 1 << _STEPS_BITS
_FRACTION_BITS = 32 - _STEPS_BITS


class Stream(IntEnum):
    """An independent stream of random numbers per subject, so that none shifts another."""

    NOISE = 1
    DAYS = 2
    ORDERS = 3
    USERS = 4
    LATE_ORDERS = 5


def words(stream: Stream, block: int, count: int) -> Ints:
    """Return random numbers for one block of rows, independent of all other blocks.

    Args:
        stream: The stream.
        block: Number of the block within the stream, such as the day.
        count: How many numbers.

    Returns:
        `count` whole numbers, uniform in 0 … 2³² - 1.
    """
    source = np.random.Philox(key=np.array([SEED, (stream << 40) | block], dtype=np.uint64))
    raw = source.random_raw((count + 1) // 2)
    halves = np.empty((len(raw), 2), dtype=np.int64)
    halves[:, 0] = raw >> np.uint64(32)
    halves[:, 1] = raw & np.uint64(0xFFFF_FFFF)
    return halves.reshape(-1)[:count]


def quantiles(inverse: Callable[[float], float]) -> Ints:
    """Return the table of a distribution, for `shape`.

    Args:
        inverse: The inverse of its distribution function, on the open interval 0 … 1.
    """
    edges = [
        min(max(step / _STEPS, 0.25 / _STEPS), 1 - 0.25 / _STEPS) for step in range(_STEPS + 1)
    ]
    return np.array([round(inverse(edge)) for edge in edges], dtype=np.int64)


def piecewise(values: Sequence[int], weights: Sequence[float]) -> Callable[[float], float]:
    """Return the inverse distribution function of a histogram, for `quantiles`.

    Args:
        values: Edges of the bins, rising; one more than weights.
        weights: Weight of each bin; none is negative.
    """
    total = sum(weights)

    def inverse(share: float) -> float:
        left = share * total
        for low, high, weight in zip(values, values[1:], weights, strict=False):
            if left <= weight and weight:
                return low + (high - low) * left / weight
            left -= weight
        return float(values[-1])

    return inverse


def shape(tables: Sequence[Ints], which: Ints, uniform: Ints) -> Ints:
    """Return draws from tabulated distributions, interpolated between the tables' entries.

    Args:
        tables: Tables from `quantiles`.
        which: For each row, the number of its table.
        uniform: For each row, a number from `words`.
    """
    flat = np.concatenate(tables)
    position = (uniform >> _FRACTION_BITS) + which * (_STEPS + 1)
    low = flat[position]
    rise = flat[position + 1] - low
    drawn: Ints = low + ((rise * (uniform & ((1 << _FRACTION_BITS) - 1))) >> _FRACTION_BITS)
    return drawn
