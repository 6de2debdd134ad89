"""Requests to Fivetran's REST API: retries, and errors with a cause and a fix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from ingestion.addresses import masked
from ingestion.fivetran.errors import (
    ApiUnreachable,
    CredentialsRefused,
    FivetranError,
    NotFound,
    RateLimited,
    RequestRefused,
    UnexpectedResponse,
)
from ingestion.http_errors import cause_of, retry_after, session_for
from ingestion.retries import RETRYABLE_STATUSES, Retryable, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TIMEOUTS = (5.0, 60.0)
"""Seconds to connect, and until the response begins."""
_HEADERS = {"Accept": "application/json;version=2", "Content-Type": "application/json"}
_PAGE_SIZE = 1000
_COMPARE = "Compare FIVETRAN_API_KEY and FIVETRAN_API_SECRET with the account's API key"
_FIXES: dict[int, tuple[type[FivetranError], str]] = {
    401: (CredentialsRefused, f"The key or the secret is wrong. {_COMPARE}."),
    403: (CredentialsRefused, f"The key's user lacks permission. {_COMPARE} and its role."),
    404: (
        NotFound,
        "If the connector was deleted or belongs to another account, run: make fivetran-snapshot.",
    ),
}


@dataclass(frozen=True)
class FivetranHttp:
    """Address and credentials of the API, and the retry policy."""

    url: str
    """Base address with the version, such as https://api.fivetran.com/v1."""
    key: str = field(repr=False)
    secret: str = field(repr=False)
    retries: RetryPolicy = field(default_factory=RetryPolicy)

    def request(
        self,
        method: str,
        endpoint: str,
        data: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Send a request and return a 2xx response whose body is a JSON object.

        Refused connections, timeouts, 429 and 5xx are retried. Other errors are not: a wrong key
        stays wrong, and some APIs lock an account after repeated failures.

        Raises:
            FivetranError: `ApiUnreachable`, `CredentialsRefused`, `NotFound`, `RateLimited`,
                `RequestRefused` or `UnexpectedResponse`.
        """
        return self.retries.call(self._send, method, endpoint, data, params)

    def get(self, endpoint: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the `data` of a GET request."""
        body = self.request("GET", endpoint, params=params).json()
        data: Mapping[str, Any] = body.get("data", body) or {}
        return data

    def pages(self, endpoint: str) -> Iterator[Mapping[str, Any]]:
        """Yield the items of all pages; the documented cursor is `next_cursor`."""
        cursor: str | None = None
        while True:
            page = self.get(
                endpoint, {"limit": _PAGE_SIZE, **({"cursor": cursor} if cursor else {})}
            )
            yield from page.get("items", [])
            following = page.get("next_cursor") or page.get("nextCursor")
            if following is not None and following == cursor:
                raise UnexpectedResponse(
                    f"GET {masked(self.url)}/{endpoint} returns the same page again and again. Is "
                    f"FIVETRAN_API_URL right?"
                )
            if not following:
                return
            cursor = following

    def _send(
        self, method: str, endpoint: str, data: str | None, params: Mapping[str, Any] | None
    ) -> requests.Response:
        url = f"{self.url.rstrip('/')}/{endpoint}"
        with session_for(url) as session:
            try:
                response = session.request(
                    method,
                    url,
                    headers=_HEADERS,
                    auth=requests.auth.HTTPBasicAuth(self.key, self.secret),
                    data=data,
                    params=dict(params or {}),
                    timeout=_TIMEOUTS,
                    allow_redirects=False,  # credentials stay with the configured host
                )
            except requests.RequestException as error:
                unreachable = ApiUnreachable(
                    f"The Fivetran API at {masked(self.url)} is unreachable: {cause_of(error)} "
                    f"({method} {endpoint}). Check the network, FIVETRAN_API_URL, and whether the "
                    f"local server (`make dev`) is running.",
                    transient=True,
                )
                if isinstance(error, requests.ConnectionError | requests.Timeout):
                    raise Retryable(unreachable) from None
                raise unreachable from None
        if not response.ok or response.is_redirect:
            raise self._error(response, method, endpoint)
        if not _is_json_object(response):
            raise UnexpectedResponse(
                f"{method} {masked(self.url)}/{endpoint} did not return Fivetran's JSON "
                f"({response.text[:60]!r}). Is FIVETRAN_API_URL right? It ends with /v1."
            )
        return response

    def _error(self, response: requests.Response, method: str, endpoint: str) -> Exception:
        """Return the error of a response that is not 2xx, as `Retryable` if a retry may help."""
        status = response.status_code
        place = f"{method} {masked(self.url)}/{endpoint}: HTTP status {status}{_reason(response)}."
        wait = retry_after(response)
        if status == requests.codes.too_many_requests:
            when = f"in {wait:.0f} s" if wait is not None else "later"
            limited = RateLimited(
                f"{place} The account's requests are used up. Run the step again {when}, and poll "
                f"less often (`poll_interval_seconds` of the resource `fivetran`).",
                transient=True,
            )
            return Retryable(limited, wait)
        if status in RETRYABLE_STATUSES:
            failing = ApiUnreachable(
                f"{place} The error is Fivetran's. Run the step again later "
                f"(https://status.fivetran.com).",
                transient=True,
            )
            return Retryable(failing, wait)
        kind, fix = _FIXES.get(status, (RequestRefused, "The request is wrong."))
        if response.is_redirect:
            kind = UnexpectedResponse
            fix = "Fivetran's API never redirects. Is FIVETRAN_API_URL right?"
        return kind(f"{place} {fix}")


def _is_json_object(response: requests.Response) -> bool:
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False


def _reason(response: requests.Response) -> str:
    """Return the API's reason as ` (code: message)`, if it gives one."""
    try:
        body = response.json()
        return f" ({body['code']}: {body['message']})"
    except (ValueError, KeyError, TypeError):
        return ""
