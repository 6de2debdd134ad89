"""The customer export as a Dagster resource."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from environment import Environment
from ingestion.addresses import masked
from ingestion.customers.download import download
from ingestion.customers.errors import CustomersError, ExportNotServed
from ingestion.local_sources import LocalSourceFailed, local_sources
from ingestion.retries import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VARIABLE = "CUSTOMERS_URL"


class CustomerExport(dg.ConfigurableResource[Any]):
    """The shop's customer export: `CUSTOMERS_URL`, or the demo shop's export if it is not set.

    The address is read when a step runs, so definitions load with an empty environment.
    """

    retries: RetryPolicy = RetryPolicy()
    silence_seconds: float = Field(
        default=30.0, gt=0, description="Longest time without data from the server."
    )
    total_seconds: float = Field(
        default=900.0, gt=0, description="Longest time of one attempt, from first to last byte."
    )
    max_bytes: int = Field(
        default=2 * 1024**3, gt=0, description="Largest size of the export, decompressed."
    )

    def fetch(self, target: Path) -> str:
        """Download the export to the file `target` and return its masked address.

        Raises:
            CustomersError: the message names the address and the cause.
        """
        with customers_url(os.environ, Environment.from_environ()) as url:
            download(url, target, self)
            return masked(url)


@contextmanager
def customers_url(environ: Mapping[str, str], environment: Environment) -> Iterator[str]:
    """Yield the address of the export: `CUSTOMERS_URL`, or the demo shop's, served by this process.

    Args:
        environ: Environment variables.
        environment: Contains the demo shop's files.

    Raises:
        ExportNotServed: no address is configured, and the demo shop does not start.
    """
    if url := environ.get(VARIABLE, "").strip():
        yield url
        return
    try:
        with local_sources().customer_export(environ, environment) as url:
            yield url
    except LocalSourceFailed as error:
        raise ExportNotServed(
            f"{VARIABLE} is not set, and the demo shop cannot serve its export instead: {error}"
        ) from None


@contextmanager
def customers_failures() -> Iterator[None]:
    """Turn a `CustomersError` into a failed step with its message.

    Raises:
        dagster.Failure: without the chain of causes, whose texts contain the address with secrets.
    """
    try:
        yield
    except CustomersError as error:
        raise dg.Failure(
            description=f"{error} The last published tables stay in place.",
            allow_retries=error.transient,
        ) from None
