"""What went wrong with an HTTP request, in words that may be shown, and when to ask again."""

from __future__ import annotations

import http.client
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

# The server may be fine a moment later. 501 and 505 never get better; 4xx are the caller's mistake.
STATUSES_WORTH_A_RETRY = frozenset({429, 500, 502, 503, 504})

_WORDS: dict[type[BaseException], str] = {
    requests.exceptions.ConnectTimeout: "no connection in time",
    requests.exceptions.Timeout: "no answer in time",
    TimeoutError: "no answer in time",
    requests.exceptions.TooManyRedirects: "redirected in a circle",
    socket.gaierror: "the host name is not known",
    http.client.RemoteDisconnected: "the server closed the connection without an answer",
}


def cause_of(error: BaseException) -> str:
    """Name the cause of a failed request in a few words, without the address.

    The text of a `requests` exception repeats the path and the query of the URL, secrets
    included, so it must not be shown.

    Args:
        error: What `requests` or `urllib3` raised.
    """
    for inner in _chain(error):
        for kind, words in _WORDS.items():
            if isinstance(inner, kind):
                return words
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
    return type(error).__name__


def seconds_asked_for(response: requests.Response, *, now: datetime | None = None) -> float | None:
    """Read `Retry-After`: seconds from now, or None where the server did not say.

    Both forms of RFC 9110 §10.2.3 are understood, a number of seconds and a date.

    Args:
        response: An answer, usually with status 429 or 503.
        now: The time to count from; the present by default.
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Walk from an exception to those that it wraps: by `reason`, by argument, by cause."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        inner = waiting.pop(0)
        if not isinstance(inner, BaseException) or id(inner) in seen:
            continue
        seen.add(id(inner))
        yield inner
        waiting += [getattr(inner, "reason", None), *inner.args, inner.__cause__, inner.__context__]
