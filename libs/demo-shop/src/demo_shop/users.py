"""The shop's users: names, signup, and e-mail address at a point in time."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo_shop.demand import COUNTRIES, demand
from demo_shop.draws import Ints, Stream, words
from demo_shop.names import FIRST_NAMES, LAST_NAMES
from demo_shop.window import DAY_SECONDS, EPOCH_DAY, SECOND

BLOCK = 1 << 16
"""Number of users per batch."""

_OLD_SHARE = 0.2
_OLD_DAYS = 184
"""A fifth of the users signed up in the half year before the first order."""

_SIGNUP_CHANNELS = {"web": 0.5, "app": 0.35, "store": 0.15}
_DOMAINS = ("example.com", "example.net", "example.org")  # reserved for examples, RFC 2606
_MOVE_SHARE = 0.35
_MOVE_SPAN = round(timedelta(days=1000) / timedelta(microseconds=1))
"""A third of the users changes the e-mail address within 1,000 days after the signup."""


@dataclass(frozen=True)
class Users:
    """A batch of users as vectors, from which SQLite, Parquet and CSV are written."""

    id: Ints
    first_name: pa.StringArray
    last_name: pa.StringArray
    email: pa.StringArray
    country: pa.StringArray
    signup_channel: pa.StringArray
    created_at: Ints
    """Microseconds since 1970; whole seconds."""
    updated_at: Ints
    """Microseconds since 1970."""


def user_count(orders: int) -> int:
    """Return the number of users for a number of orders: one per ten orders, at least 100."""
    return max(100, orders // 10)


def users(count: int, now: int) -> Iterator[Users]:
    """Yield the users by id, which is also by signup, in batches of at most `BLOCK`.

    Args:
        count: Total number of users.
        now: The shop's clock, in microseconds since 1970.
    """
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        drawn = words(Stream.USERS, start // BLOCK, 8 * size).reshape(8, size)
        yield _block(np.arange(start, start + size, dtype=np.int64), count, now, drawn)


def users_before(count: int, day: int) -> int:
    """Return the number of users who signed up before a day; their ids are 1 to that number.

    Args:
        count: Total number of users.
        day: Number of the day, from 0.
    """
    # The inverse of `_signup`, rounded down: no user buys before the signup.
    return int(_signup_bounds()[_OLD_DAYS + day]) * count >> 32


def _block(position: Ints, count: int, now: int, drawn: Ints) -> Users:
    ids = position + 1
    country = _pick(list(COUNTRIES.values()), drawn[1])
    name = country * 64 + (drawn[2] >> 26)
    created = _signup(position, count, drawn[0])
    moved = created + SECOND + ((drawn[3] * (_MOVE_SPAN >> 20)) >> 12)
    has_moved = (drawn[4] < _MOVE_SHARE * 2**32) & (moved <= now)
    domain = (drawn[5] + has_moved) % len(_DOMAINS)
    first, last, mailbox = _people()
    mail = pc.binary_join_element_wise(
        pc.binary_join_element_wise(mailbox.take(pa.array(name)), pa.array(ids).cast("string"), ""),
        pa.array(_DOMAINS).take(pa.array(domain)),
        "@",
    )
    return Users(
        id=ids,
        first_name=first.take(pa.array(name)),
        last_name=last.take(pa.array(name)),
        email=mail,
        country=pa.array(list(COUNTRIES)).take(pa.array(country)),
        signup_channel=pa.array(list(_SIGNUP_CHANNELS)).take(
            pa.array(_pick(list(_SIGNUP_CHANNELS.values()), drawn[6]))
        ),
        created_at=created,
        updated_at=np.where(has_moved, moved, created),
    )


def _signup(position: Ints, count: int, drawn: Ints) -> Ints:
    # A user's position, with jitter, is a position in the cumulated signups. So ids rise with the
    # time of the signup for every number of users.
    place = ((position << 32) + drawn) // count
    bounds = _signup_bounds()
    day = np.searchsorted(bounds, place, side="right") - 1
    second = (place - bounds[day]) * DAY_SECONDS // (bounds[day + 1] - bounds[day])
    return ((day - _OLD_DAYS + EPOCH_DAY) * DAY_SECONDS + second) * SECOND


@cache
def _signup_bounds() -> Ints:
    old = int(_OLD_SHARE * 2**32)
    before = np.array([old * day // _OLD_DAYS for day in range(_OLD_DAYS)], dtype=np.int64)
    since = [old + (bound * (2**32 - old) >> 32) for bound in demand().days.tolist()]
    return np.concatenate([before, np.array(since, dtype=np.int64)])


def _pick(weights: list[float], drawn: Ints) -> Ints:
    bounds = np.cumsum([round(weight * 2**32) for weight in weights])[:-1]
    return np.searchsorted(bounds, drawn, side="right").astype(np.int64)


@cache
def _people() -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:
    # 64 people per country: each first name with each last name.
    people = [
        (first, last)
        for country in COUNTRIES
        for first in FIRST_NAMES[country]
        for last in LAST_NAMES[country]
    ]
    return (
        pa.array([first for first, _ in people]),
        pa.array([last for _, last in people]),
        pa.array([f"{_ascii(first)}.{_ascii(last)}" for first, last in people]),
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss"))
    return "".join(letter for letter in plain if "a" <= letter <= "z")
