"""Which Fivetran a step uses: the account, or a local server. Only this module decides it.

| FIVETRAN_API_KEY and FIVETRAN_API_SECRET | FIVETRAN_API_URL | result |
|---|---|---|
| both | not set | the account, at api.fivetran.com |
| both | set | the API at that address |
| neither | on this machine | the local server at that address (`make dev` runs one) |
| neither | elsewhere | an error: local credentials are not valid there |
| neither | not set | a local server in this process, for the time of the step |
| one of them | | an error that names the missing one |

So credentials are sent only to Fivetran or to the configured address, and a missing secret never
becomes a successful run on demo data.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.addresses import is_loopback, masked
from ingestion.fivetran.errors import InvalidSettings
from ingestion.local_sources import LocalSourceFailed, local_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from environment import Environment
    from ingestion.local.sources import LocalApi

FIVETRAN_API = "https://api.fivetran.com/v1"
KEY = "FIVETRAN_API_KEY"
SECRET = "FIVETRAN_API_SECRET"  # noqa: S105 - a variable's name
URL = "FIVETRAN_API_URL"
DESTINATION = "FIVETRAN_DESTINATION_URL"


@dataclass(frozen=True)
class FivetranMode:
    """Address, credentials and destination of a Fivetran API."""

    description: str
    """Address and reason, for the log. Contains no secret."""
    is_local: bool
    api_url: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    destination_url: str | None = field(repr=False)
    """None if an account is configured without its destination."""

    def require_destination(self) -> str:
        """Return the address of the destination.

        Raises:
            InvalidSettings: it is not configured.
        """
        if self.destination_url is None:
            raise InvalidSettings(
                f"{DESTINATION} is not set. With an account, rows are read from Fivetran's "
                f"destination: set it to postgresql://user:password@host/database, "
                f"duckdb:///path, md:database, or delta:///folder."
            )
        return self.destination_url


@contextmanager
def fivetran_mode(environ: Mapping[str, str], environment: Environment) -> Iterator[FivetranMode]:
    """Select the Fivetran to use, and start a local server if that is the result.

    Args:
        environ: Environment variables. Empty values count as not set.
        environment: Contains the local server's files.

    Raises:
        InvalidSettings: the variables contradict each other, or the local server does not start.
    """
    key, secret, url, destination = (
        environ.get(name, "").strip() or None for name in (KEY, SECRET, URL, DESTINATION)
    )
    if key and secret:
        yield _account(key, secret, url, destination)
    elif key or secret:
        present, missing = (KEY, SECRET) if key else (SECRET, KEY)
        raise InvalidSettings(
            f"{present} is set and {missing} is not. Set both for the Fivetran account, or neither "
            f"for the local Fivetran."
        )
    elif url and not is_loopback(url):
        raise InvalidSettings(
            f"{URL} is {masked(url)}, and neither {KEY} nor {SECRET} is set. Set both for that "
            f"address. Without them only a server on this machine is used."
        )
    else:
        with _local(environ, environment, url, destination) as mode:
            yield mode


def _account(key: str, secret: str, url: str | None, destination: str | None) -> FivetranMode:
    where = f"{masked(url)} ({URL})" if url else FIVETRAN_API
    if url and url.startswith("http://") and not is_loopback(url):
        where += " (WITHOUT encryption: the secret can be read on the way)"
    return FivetranMode(
        description=f"Fivetran account at {where}: {KEY} and {SECRET} are set.",
        is_local=False,
        api_url=url or FIVETRAN_API,
        api_key=key,
        api_secret=secret,
        destination_url=destination,
    )


@contextmanager
def _local(
    environ: Mapping[str, str], environment: Environment, url: str | None, destination: str | None
) -> Iterator[FivetranMode]:
    neither = f"neither {KEY} nor {SECRET} is set"
    try:
        sources = local_sources()
        if url:
            api = sources.api_served_elsewhere(url, environment)
            yield _local_mode(f"Local Fivetran at {url} ({URL}): {neither}.", api, destination)
            return
        with sources.fivetran_api(environ, environment) as api:
            description = f"Local Fivetran in this process, at {api.url}: {neither}."
            yield _local_mode(description, api, destination)
    except LocalSourceFailed as error:
        raise InvalidSettings(f"The local Fivetran does not start: {error}") from None


def _local_mode(description: str, api: LocalApi, destination: str | None) -> FivetranMode:
    return FivetranMode(
        description=description,
        is_local=True,
        api_url=api.url,
        api_key=api.key,
        api_secret=api.secret,
        destination_url=destination or api.destination_url,
    )
