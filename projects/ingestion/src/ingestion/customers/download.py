"""Download of the customer export over HTTP, with limits on time and size."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import requests
import urllib3

from ingestion.addresses import masked
from ingestion.customers.errors import (
    AddressUnusable,
    DownloadIncomplete,
    DownloadTooLarge,
    ExportRefused,
    ServerUnreachable,
)
from ingestion.http_errors import cause_of, retry_after, session_for
from ingestion.retries import RETRYABLE_STATUSES, Retryable

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.customers.export import CustomerExport

_CHUNK_BYTES = 256 * 1024
_CONNECT_SECONDS = 5.0
_SERVER_ERROR = 500
_FIXES = {
    401: "Check the user and password in CUSTOMERS_URL",
    403: "Check the user and password in CUSTOMERS_URL",
    404: "Check the path of CUSTOMERS_URL",
    429: "The server limits the rate of requests",
}


def download(url: str, target: Path, limits: CustomerExport) -> int:
    """Download `url` to the file `target` and return its size in bytes.

    The body is written in small pieces, so memory does not grow with the export. Refused
    connections, timeouts, broken transfers, 429 and 5xx are retried.

    Args:
        url: An http or https address; may contain credentials, which are never shown.
        target: Overwritten by each attempt; its content is undefined after an error.
        limits: Limits and retry policy.

    Raises:
        CustomersError: the message names the masked address, the cause and the fix.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise AddressUnusable(
            f"CUSTOMERS_URL is {masked(url)!r}, which is not an http:// or https:// address."
        )
    return limits.retries.call(_download_once, url, target, limits)


def _download_once(url: str, target: Path, limits: CustomerExport) -> int:
    deadline = time.monotonic() + limits.total_seconds
    with session_for(url) as session:
        try:
            response = session.get(
                url, stream=True, timeout=(_CONNECT_SECONDS, limits.silence_seconds)
            )
        except requests.RequestException as error:
            message = f"{masked(url)}: {cause_of(error)}. Is the server up, is CUSTOMERS_URL right?"
            if isinstance(error, requests.ConnectionError | requests.Timeout):
                raise Retryable(ServerUnreachable(message, transient=True)) from None
            raise ServerUnreachable(message) from None
        with closing(response), target.open("wb") as file:
            _require_ok(response, url)
            return _copy(response.raw, file, url, limits, deadline)


def _require_ok(response: requests.Response, url: str) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    wait = retry_after(response)
    other = "The error is the server's" if status >= _SERVER_ERROR else "Check CUSTOMERS_URL"
    fix = _FIXES.get(status, other)
    if wait is not None:
        fix += f"; it asks to retry after {wait:.0f} s"
    message = f"{masked(url)} returned HTTP status {status} {response.reason}. {fix}."
    if status in RETRYABLE_STATUSES:
        raise Retryable(ExportRefused(message, transient=True), wait)
    raise ExportRefused(message)


def _copy(
    body: urllib3.BaseHTTPResponse,
    file: BinaryIO,
    url: str,
    limits: CustomerExport,
    deadline: float,
) -> int:
    """Copy the body in pieces; `read1` returns what has arrived, so the deadline is checked."""
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
                    f"{masked(url)} is still sending after {limits.total_seconds:g} s, "
                    f"{size:,} bytes so far. If the server is that slow, raise `total_seconds` of "
                    f"the resource `customer_export`."
                )
            file.write(piece)
    except urllib3.exceptions.ReadTimeoutError:
        silent = f"{masked(url)}: no data for {limits.silence_seconds:g} s after {size:,} bytes."
        raise Retryable(ServerUnreachable(silent, transient=True)) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
            raise  # an error of the disk, not of the network
        incomplete = (
            f"{masked(url)}: the connection ended after {size:,} bytes, before the complete export "
            f"had arrived ({_missing_part(error)})."
        )
        raise Retryable(DownloadIncomplete(incomplete, transient=True)) from None
    return size


def _missing_part(error: BaseException) -> str:
    for inner in (error, *error.args):
        if isinstance(inner, urllib3.exceptions.IncompleteRead) and inner.expected is not None:
            return f"{inner.expected:,} bytes are missing"
    return cause_of(error)
