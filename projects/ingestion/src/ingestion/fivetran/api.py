"""One request to Fivetran's REST API: sent again where that helps, else an error one can read."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
import tenacity

from ingestion.addresses import is_loopback, masked
from ingestion.fivetran.errors import (
    ApiUnreachable,
    CredentialsRefused,
    FivetranError,
    NotFound,
    RateLimited,
    RequestRefused,
    UnexpectedAnswer,
)
from ingestion.http_faults import STATUSES_WORTH_A_RETRY, cause_of, seconds_asked_for

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)
_CONNECT_SECONDS = 5.0
_HEADERS = {"Accept": "application/json;version=2", "Content-Type": "application/json"}


_COMPARE = "compare FIVETRAN_API_KEY and FIVETRAN_API_SECRET with the account's API key"
_MENDS: dict[int, tuple[type[FivetranError], str]] = {
    401: (CredentialsRefused, f"The key or the secret is wrong: {_COMPARE}."),
    403: (CredentialsRefused, f"The key's user may not do this: {_COMPARE}, and its role."),
    404: (
        NotFound,
        "If the connector was deleted or is another account's, mend with: make fivetran-snapshot.",
    ),
}


@dataclass(frozen=True)
class Api:
    """Where the API is, who asks, and how patient a request is."""

    url: str
    """Base address with the version, such as https://api.fivetran.com/v1."""
    key: str = field(repr=False)
    secret: str = field(repr=False)
    attempts: int = 4
    """Requests in all, the first one included."""
    first_wait_seconds: float = 0.25
    """Wait before the second attempt."""
    back_off_factor: float = 2.0
    """By how much each further wait is longer."""
    longest_wait_seconds: float = 60.0
    """Longest wait between two attempts, a `Retry-After` of the API included."""
    answer_seconds: float = 60.0
    """Time for an answer to begin."""

    def request(
        self,
        method: str,
        endpoint: str,
        data: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Send a request; return the answer if its status is 2xx.

        Refused connections, time-outs, 429 and 5xx are tried again, `Retry-After` honoured.
        Nothing else is: a wrong key does not get right, and some APIs lock an account for it.

        Raises:
            FivetranError: `ApiUnreachable`, `CredentialsRefused`, `NotFound`, `RateLimited` or
                `RequestRefused`; its message names the address and what to do.
        """
        back_off = tenacity.wait_exponential(
            multiplier=self.first_wait_seconds,
            exp_base=self.back_off_factor,
            max=self.longest_wait_seconds,
        )
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=lambda state: _asked_wait(state, self.longest_wait_seconds) or back_off(state),
            retry=tenacity.retry_if_exception_type(_Again),
            before_sleep=_log_retry,
            reraise=True,
        )
        try:
            return attempts(self._send, method, endpoint, data, params)
        except _Again as again:
            raise again.final from None

    def _send(
        self, method: str, endpoint: str, data: str | None, params: Mapping[str, Any] | None
    ) -> requests.Response:
        url = f"{self.url.rstrip('/')}/{endpoint}"
        with requests.Session() as session:
            # A proxy of the environment can't reach this machine's own loopback, and a .netrc
            # must not replace the credentials.
            session.trust_env = not is_loopback(url)
            try:
                response = session.request(
                    method,
                    url,
                    headers=_HEADERS,
                    auth=requests.auth.HTTPBasicAuth(self.key, self.secret),
                    data=data,
                    params=dict(params or {}),
                    timeout=(_CONNECT_SECONDS, self.answer_seconds),
                    allow_redirects=False,  # credentials stay with the host that was configured
                )
            except requests.RequestException as error:
                unreachable = ApiUnreachable(
                    f"The Fivetran API at {masked(self.url)} can't be reached: {cause_of(error)} "
                    f"({method} {endpoint}). Is there a network, is FIVETRAN_API_URL right, and "
                    f"is the local server (`make dev`) up?",
                    transient=True,
                )
                if isinstance(error, requests.ConnectionError | requests.Timeout):
                    raise _Again(unreachable) from None
                raise unreachable from None
        if response.ok and not response.is_redirect:
            return response
        raise self._refusal(response, method, endpoint)

    def _refusal(self, response: requests.Response, method: str, endpoint: str) -> Exception:
        """Turn an answer that is not 2xx into an error, wrapped in `_Again` if a retry may help."""
        status = response.status_code
        where = f"{method} {masked(self.url)}/{endpoint}: HTTP status {status}{_said(response)}."
        asked = seconds_asked_for(response)
        if status == requests.codes.too_many_requests:
            too_long = asked is not None and asked > self.longest_wait_seconds
            when = f"in {asked:.0f} s" if asked is not None else "later"
            limited = RateLimited(
                f"{where} The account's requests are used up. Run the step again {when}, and poll "
                f"less often (`poll_interval_seconds` of the resource `fivetran`).",
                transient=True,
            )
            return limited if too_long else _Again(limited, asked)
        if status in STATUSES_WORTH_A_RETRY:
            failing = ApiUnreachable(
                f"{where} That is the API's own fault: run the step again later "
                f"(https://status.fivetran.com).",
                transient=True,
            )
            return _Again(failing, asked)
        kind, mend = _MENDS.get(status, (RequestRefused, "The request itself is wrong."))
        if response.is_redirect:
            kind = UnexpectedAnswer
            mend = "Fivetran's API never redirects: is FIVETRAN_API_URL right?"
        return kind(f"{where} {mend}")


class _Again(Exception):
    """Carries the error that is raised when no attempt is left."""

    def __init__(self, final: FivetranError, asked_wait: float | None = None) -> None:
        super().__init__(str(final))
        self.final = final
        self.asked_wait = asked_wait


def _asked_wait(state: tenacity.RetryCallState, longest: float) -> float:
    """Seconds that the API asked for, at most `longest`; 0 where it did not ask."""
    error = state.outcome.exception() if state.outcome else None
    return min((error.asked_wait or 0.0) if isinstance(error, _Again) else 0.0, longest)


def _log_retry(state: tenacity.RetryCallState) -> None:
    wait = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    _log.warning("%s Trying again in %.1f s.", error, wait)


def _said(response: requests.Response) -> str:
    """What the API itself says, as ` (code: message)`, or nothing."""
    try:
        body = response.json()
        return f" ({body['code']}: {body['message']})"
    except (ValueError, KeyError, TypeError):
        return ""
