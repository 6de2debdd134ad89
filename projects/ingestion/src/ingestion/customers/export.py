"""The customer export as a Dagster resource: where it is, and the bounds of fetching it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from environment import Environment
from ingestion.addresses import masked
from ingestion.customers.download import DownloadLimits, download
from ingestion.customers.errors import CustomersError
from ingestion.customers.source import customers_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEFAULT = DownloadLimits()


class CustomerExport(dg.ConfigurableResource[Any]):
    """The shop's customer export: `CUSTOMERS_URL`, or the demo shop's where that is not set.

    The address is looked up when a step runs, so definitions load with an empty environment.
    """

    attempts: int = Field(default=_DEFAULT.attempts, ge=1, description="Requests in all.")
    silence_seconds: float = Field(
        default=_DEFAULT.silence_seconds, gt=0, description="Longest time without a byte."
    )
    total_seconds: float = Field(
        default=_DEFAULT.total_seconds, gt=0, description="Time for one attempt."
    )
    first_wait_seconds: float = Field(
        default=_DEFAULT.first_wait_seconds, ge=0, description="Wait before the second attempt."
    )
    longest_wait_seconds: float = Field(
        default=_DEFAULT.longest_wait_seconds, ge=0, description="Longest wait between attempts."
    )
    max_bytes: int = Field(
        default=_DEFAULT.max_bytes, gt=0, description="Largest export that is taken, in bytes."
    )

    def fetch(self, target: Path) -> str:
        """Download the export into the file `target`; return its address, secrets masked.

        Raises:
            CustomersError: It can't be had; the message names the address and the cause.
        """
        limits = DownloadLimits(
            attempts=self.attempts,
            silence_seconds=self.silence_seconds,
            total_seconds=self.total_seconds,
            first_wait_seconds=self.first_wait_seconds,
            longest_wait_seconds=self.longest_wait_seconds,
            max_bytes=self.max_bytes,
        )
        with customers_url(os.environ, Environment.from_environ()) as url:
            download(url, target, limits)
            return masked(url)


@contextmanager
def failing_readably() -> Iterator[None]:
    """Turn a mistake of the export, whose message says what to do, into a failed step.

    Raises:
        dagster.Failure: In place of a `CustomersError`, without its chain of causes: their texts
            repeat the address with all that is secret in it.
    """
    try:
        yield
    except CustomersError as error:
        raise dg.Failure(
            description=f"{error} The tables stay as they were published last.",
            allow_retries=error.worth_a_retry,
        ) from None
