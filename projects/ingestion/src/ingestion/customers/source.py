"""Decide where the customer export comes from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.customers.errors import ExportNotServed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from environment import Environment

VARIABLE = "CUSTOMERS_URL"


@contextmanager
def customers_url(environ: Mapping[str, str], environment: Environment) -> Iterator[str]:
    """Yield the address of the export: `CUSTOMERS_URL`, or the demo shop's, served meanwhile.

    Args:
        environ: The environment of this moment, not of the import.
        environment: Where the demo shop's files are.

    Raises:
        ExportNotServed: No address is configured, and the demo shop does not start.
    """
    if url := environ.get(VARIABLE, "").strip():
        yield url
        return
    from ingestion.local.sources import (  # noqa: PLC0415 - only where it is decided for
        LocalSourceFailed,
        customer_export,
    )

    try:
        with customer_export(environ, environment) as url:
            yield url
    except LocalSourceFailed as error:
        raise ExportNotServed(
            f"{VARIABLE} is not set, and the demo shop's export can't be served instead: {error}"
        ) from None
