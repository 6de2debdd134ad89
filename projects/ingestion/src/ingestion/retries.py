"""The retry policy of all HTTP requests of this project: when a request is sent again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import dagster as dg
import tenacity
from pydantic import Field

_log = logging.getLogger(__name__)
_Response = TypeVar("_Response")

RETRYABLE_STATUSES = frozenset({429, 500, 502, 503, 504})
"""Temporary errors of a server. 501 and 505 are permanent, and other 4xx are the client's."""


class Retryable(Exception):
    """Raised by a request that may succeed if it is sent again.

    Args:
        error: Raised in its place when no attempt is left.
        retry_after: Seconds after which the server asked to be called again, if it did.
    """

    def __init__(self, error: Exception, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


class RetryPolicy(dg.Config):
    """Number of attempts and the waits between them."""

    attempts: int = Field(default=4, ge=1, description="Requests in total, including the first.")
    first_wait_seconds: float = Field(
        default=0.5,
        ge=0,
        description="Wait before the second attempt. It doubles each time, with random jitter.",
    )
    longest_wait_seconds: float = Field(
        default=60.0,
        ge=0,
        description=(
            "Longest wait between two attempts. A request fails at once if the server asks for a "
            "longer wait (`Retry-After`)."
        ),
    )

    def call(self, send: Callable[..., _Response], *arguments: object) -> _Response:
        """Call `send`, again after each `Retryable` until no attempt is left.

        Raises:
            Exception: the error of the last `Retryable`, or what else `send` raises.
        """
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception(self._is_worth_a_retry),
            before_sleep=_log_retry,
            reraise=True,
        )
        try:
            return attempts(send, *arguments)
        except Retryable as last:
            raise last.error from None

    def _is_worth_a_retry(self, error: BaseException) -> bool:
        return (
            isinstance(error, Retryable) and (error.retry_after or 0.0) <= self.longest_wait_seconds
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Retryable) and error.retry_after is not None:
            return error.retry_after
        return tenacity.wait_exponential_jitter(
            multiplier=self.first_wait_seconds,
            max=self.longest_wait_seconds,
            jitter=self.first_wait_seconds,
        )(state)


def _log_retry(state: tenacity.RetryCallState) -> None:
    wait = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    _log.warning("%s Trying again in %.1f s.", error, wait)
