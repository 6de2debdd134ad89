"""Decide which Fivetran a step talks to: the account, or a local server. Nothing else decides it.

| FIVETRAN_API_KEY and FIVETRAN_API_SECRET | FIVETRAN_API_URL | then |
|---|---|---|
| both | not set | the account, at api.fivetran.com |
| both | set | the API at that address: somebody set it by hand |
| neither | on this machine | the local server at that address (`make dev` runs one) |
| neither | elsewhere | an error: local credentials are of no use there |
| neither | not set | a local server in this process, for the time of the step |
| one of them | | an error that names the other one |

So real credentials go to Fivetran, or where somebody pointed them to, and nowhere else; and a
secret that is missing never becomes a green run on demo data.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.addresses import is_loopback, masked
from ingestion.fivetran.errors import SettingsWrong
from ingestion.fivetran.workspace import FIVETRAN_API

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from environment import Environment
    from ingestion.local.sources import LocalApi

KEY = "FIVETRAN_API_KEY"
SECRET = "FIVETRAN_API_SECRET"  # noqa: S105 - a variable's name
URL = "FIVETRAN_API_URL"
DESTINATION = "FIVETRAN_DESTINATION_URL"
_LOCAL_POLL_SECONDS = 0.1
_ACCOUNT_POLL_SECONDS = 10.0


@dataclass(frozen=True)
class FivetranMode:
    """Which Fivetran, as whom, and where it writes."""

    description: str
    """For the log: which one and why. Holds no secret."""
    is_local: bool
    api_url: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    destination_url: str | None = field(repr=False)
    """None where an account is configured and its destination is not."""

    @property
    def poll_interval(self) -> float:
        """Seconds between polls: an account's requests are limited, the local server's are not."""
        return _LOCAL_POLL_SECONDS if self.is_local else _ACCOUNT_POLL_SECONDS

    def require_destination(self) -> str:
        """Return the destination's address.

        Raises:
            SettingsWrong: It is not configured.
        """
        if self.destination_url is None:
            raise SettingsWrong(
                f"{DESTINATION} is not set. With an account, rows are read from where Fivetran "
                f"writes them: set it to postgresql://user:password@host/database, "
                f"duckdb:///path, md:database, or delta:///folder."
            )
        return self.destination_url


@contextmanager
def fivetran_mode(environ: Mapping[str, str], environment: Environment) -> Iterator[FivetranMode]:
    """Decide, and start a local server where that is the decision.

    Args:
        environ: The environment of this moment, not of the import. Empty values count as absent.
        environment: Where the local server's files are.

    Raises:
        SettingsWrong: The variables contradict each other, or the local server does not start.
    """
    key, secret, url, destination = (
        environ.get(name, "").strip() or None for name in (KEY, SECRET, URL, DESTINATION)
    )
    if key and secret:
        yield _account(key, secret, url, destination)
    elif key or secret:
        given, missing = (KEY, SECRET) if key else (SECRET, KEY)
        raise SettingsWrong(
            f"{given} is set and {missing} is not. Set both for the Fivetran account, or neither "
            f"for the local Fivetran."
        )
    else:
        with _local(environ, environment, url, destination) as mode:
            yield mode


def _account(key: str, secret: str, url: str | None, destination: str | None) -> FivetranMode:
    where = f"{masked(url)}, as {URL} says" if url else FIVETRAN_API
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
    if url and not is_loopback(url):
        raise SettingsWrong(
            f"{URL} is {masked(url)}, and neither {KEY} nor {SECRET} is set. Set both for that "
            f"address; without them only a server on this machine is used."
        )
    from ingestion.local.sources import (  # noqa: PLC0415 - only where it is decided for
        LocalSourceFailed,
        api_served_elsewhere,
        fivetran_api,
    )

    neither = f"neither {KEY} nor {SECRET} is set"
    if url:
        api = api_served_elsewhere(url, environment)
        yield _local_mode(f"Local Fivetran at {url}, as {URL} says: {neither}.", api, destination)
        return
    try:
        with fivetran_api(environ, environment) as api:
            told = f"Local Fivetran in this process, at {api.url}: {neither}."
            yield _local_mode(told, api, destination)
    except LocalSourceFailed as error:
        raise SettingsWrong(f"The local Fivetran does not start: {error}") from None


def _local_mode(description: str, api: LocalApi, destination: str | None) -> FivetranMode:
    return FivetranMode(
        description=description,
        is_local=True,
        api_url=api.url,
        api_key=api.key,
        api_secret=api.secret,
        destination_url=destination or api.destination_url,
    )
