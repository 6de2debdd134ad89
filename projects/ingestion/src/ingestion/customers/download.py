"""Fetch the customer export over HTTP: bounded in time and size, tried again where that helps."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import requests
import tenacity
import urllib3

from ingestion.addresses import is_loopback, masked
from ingestion.customers.errors import (
    AddressUnusable,
    AnswerRefused,
    CustomersError,
    DownloadIncomplete,
    DownloadTooLarge,
    ServerUnreachable,
)
from ingestion.http_faults import STATUSES_WORTH_A_RETRY, cause_of, seconds_asked_for

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
_CHUNK_BYTES = 256 * 1024
_MENDS = {
    401: "check the user and password in CUSTOMERS_URL",
    403: "check the user and password in CUSTOMERS_URL",
    404: "check the path of CUSTOMERS_URL",
    429: "the server asks for fewer requests",
}


@dataclass(frozen=True)
class DownloadLimits:
    """How long, how often and how much: every download ends within these bounds."""

    attempts: int = 4
    """Requests in all, the first one included."""
    connect_seconds: float = 5.0
    """Time for the connection to be made."""
    silence_seconds: float = 30.0
    """Longest time without a byte from the server."""
    total_seconds: float = 900.0
    """Time for one attempt, first byte to last: a server that drips bytes ends here."""
    first_wait_seconds: float = 0.5
    """Wait before the second attempt; it doubles each time, with up to as much again at random."""
    longest_wait_seconds: float = 60.0
    """Longest wait between attempts, a `Retry-After` of the server included."""
    max_bytes: int = 2 * 1024**3
    """Size of the export on disk, after decompression."""


def download(url: str, target: Path, limits: DownloadLimits) -> int:
    """Fetch `url` into the file `target`; return its size in bytes.

    The body goes to disk in small pieces, so memory does not grow with the export. Refused
    connections, time-outs, broken transfers, 429 and 5xx are tried again with back-off
    (`Retry-After` is honoured up to `limits.longest_wait_seconds`); nothing else is.

    Args:
        url: http or https; may hold credentials, which are never shown.
        target: Written anew by each attempt; its content is undefined after an error.
        limits: The bounds.

    Raises:
        CustomersError: One of its kinds; the message names the masked address and the cause.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise AddressUnusable(
            f"CUSTOMERS_URL is {masked(url)!r}, which is not an http:// or https:// address."
        )
    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(limits.attempts),
        wait=_Wait(limits),
        retry=tenacity.retry_if_exception(_is_worth_a_retry),
        before_sleep=_log_retry,
        reraise=True,
    )
    return attempts(_download_once, url, target, limits)


def _download_once(url: str, target: Path, limits: DownloadLimits) -> int:
    deadline = time.monotonic() + limits.total_seconds
    with requests.Session() as session:
        # A proxy of the environment can't reach this machine's own loopback.
        session.trust_env = not is_loopback(url)
        try:
            response = session.get(
                url, stream=True, timeout=(limits.connect_seconds, limits.silence_seconds)
            )
        except requests.RequestException as error:
            raise ServerUnreachable(
                f"{masked(url)}: {cause_of(error)}. Is the server up and the address right?",
                worth_a_retry=isinstance(error, requests.ConnectionError | requests.Timeout),
            ) from None
        with closing(response), target.open("wb") as file:
            _require_ok(response, url, limits)
            return _copy(response.raw, file, url, limits, deadline)


def _require_ok(response: requests.Response, url: str, limits: DownloadLimits) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    asked_wait = seconds_asked_for(response)
    too_long = asked_wait is not None and asked_wait > limits.longest_wait_seconds
    mend = _MENDS.get(status, "the server's own fault" if status >= 500 else "check CUSTOMERS_URL")  # noqa: PLR2004
    if asked_wait is not None:
        mend += f", it says: again in {asked_wait:.0f} s"
    raise AnswerRefused(
        f"{masked(url)} answers with HTTP status {status} {response.reason}: {mend}.",
        worth_a_retry=status in STATUSES_WORTH_A_RETRY and not too_long,
        asked_wait=asked_wait,
    )


def _copy(
    body: urllib3.BaseHTTPResponse,
    file: BinaryIO,
    url: str,
    limits: DownloadLimits,
    deadline: float,
) -> int:
    """Copy the body piece by piece; `read1` returns what has come, so the deadline is looked at."""
    size = 0
    try:
        while piece := body.read1(_CHUNK_BYTES, decode_content=True):
            size += len(piece)
            if size > limits.max_bytes:
                raise DownloadTooLarge(
                    f"{masked(url)} is larger than {limits.max_bytes:,} bytes. If that is right, "
                    f"raise `max_bytes` of the resource `customer_export`."
                )
            if time.monotonic() > deadline:
                raise ServerUnreachable(
                    f"{masked(url)}: still sending after {limits.total_seconds:g} s, "
                    f"{size:,} bytes so far. If it is so slow, raise `total_seconds` of the "
                    f"resource `customer_export`."
                )
            file.write(piece)
    except urllib3.exceptions.ReadTimeoutError:
        raise ServerUnreachable(
            f"{masked(url)}: no byte for {limits.silence_seconds:g} s after {size:,} bytes.",
            worth_a_retry=True,
        ) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
            raise  # the disk's, not the network's
        raise DownloadIncomplete(
            f"{masked(url)}: the connection ended after {size:,} bytes, before the whole export "
            f"had come ({_what_was_missing(error)}).",
            worth_a_retry=True,
        ) from None
    return size


def _what_was_missing(error: BaseException) -> str:
    for inner in (error, *error.args):
        if isinstance(inner, urllib3.exceptions.IncompleteRead) and inner.expected is not None:
            return f"{inner.expected:,} bytes are missing"
    return cause_of(error)


class _Wait(tenacity.wait.wait_base):
    """What the server asked for, else exponential back-off with jitter."""

    def __init__(self, limits: DownloadLimits) -> None:
        self._back_off = tenacity.wait_exponential_jitter(
            multiplier=limits.first_wait_seconds,
            max=limits.longest_wait_seconds,
            jitter=limits.first_wait_seconds,
        )

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        error = _error_of(retry_state)
        asked = error.asked_wait if isinstance(error, CustomersError) else None
        return self._back_off(retry_state) if asked is None else asked


def _is_worth_a_retry(error: BaseException) -> bool:
    return isinstance(error, CustomersError) and error.worth_a_retry


def _log_retry(retry_state: tenacity.RetryCallState) -> None:
    wait = retry_state.next_action.sleep if retry_state.next_action else 0.0
    _log.warning("%s Trying again in %.1f s.", _error_of(retry_state), wait)


def _error_of(retry_state: tenacity.RetryCallState) -> BaseException | None:
    return retry_state.outcome.exception() if retry_state.outcome else None
