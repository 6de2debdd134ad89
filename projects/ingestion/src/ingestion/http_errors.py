"""HTTP requests and their errors: sessions, causes without secrets, `Retry-After`."""

from __future__ import annotations

import http.client
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import requests

from ingestion.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

_CAUSES: dict[type[BaseException], str] = {
    requests.exceptions.ConnectTimeout: "connection timed out",
    requests.exceptions.Timeout: "no response in time",
    TimeoutError: "no response in time",
    requests.exceptions.TooManyRedirects: "redirect cycle",
    socket.gaierror: "unknown host name",
    http.client.RemoteDisconnected: "the server closed the connection without a response",
}


def session_for(url: str) -> requests.Session:
    """Return a session that ignores proxies and `.netrc` for an address on this machine.

    A proxy cannot reach the loopback interface of this machine.
    """
    session = requests.Session()
    session.trust_env = not is_loopback(url)
    return session


def cause_of(error: BaseException) -> str:
    """Describe the cause of a failed request without its address.

    The text of a `requests` exception contains the path and query of the URL, including secrets.

    Args:
        error: Raised by `requests` or `urllib3`.
    """
    for inner in _chain(error):
        for kind, cause in _CAUSES.items():
            if isinstance(inner, kind):
                return cause
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
    return type(error).__name__


def retry_after(response: requests.Response, *, now: datetime | None = None) -> float | None:
    """Return the seconds until `Retry-After`, or None if the response has no valid one.

    Accepts both forms of RFC 9110 §10.2.3, a number of seconds and a date.

    Args:
        response: A response, usually with status 429 or 503.
        now: Start of the wait; the current time by default.
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
    """Yield an exception and those that it wraps: its reason, arguments, cause and context."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        inner = waiting.pop(0)
        if not isinstance(inner, BaseException) or id(inner) in seen:
            continue
        seen.add(id(inner))
        yield inner
        waiting += [getattr(inner, "reason", None), *inner.args, inner.__cause__, inner.__context__]
