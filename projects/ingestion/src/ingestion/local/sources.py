"""The demo shop's export, and Fivetran's API over its database, served during a step."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from demo_shop import Shop, ShopError, serve_export
from fivetran_local import API_KEY, API_SECRET, FivetranLocalError, serve
from ingestion.local_sources import LocalSourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from environment import Environment

CONNECTORS_FILE = Path(__file__).with_name("connectors.yaml")


@dataclass(frozen=True)
class LocalApi:
    """A local Fivetran API."""

    url: str
    key: str
    secret: str = field(repr=False)
    destination_url: str


@contextmanager
def customer_export(environ: Mapping[str, str], environment: Environment) -> Iterator[str]:
    """Serve the demo shop's customer export and yield its address.

    Raises:
        LocalSourceFailed: the shop cannot be created or served.
    """
    try:
        with serve_export(demo_shop_of(environ, environment)) as url:
            yield f"{url}/customers.csv"
    except ShopError as error:
        raise LocalSourceFailed(str(error)) from None


@contextmanager
def fivetran_api(environ: Mapping[str, str], environment: Environment) -> Iterator[LocalApi]:
    """Serve Fivetran's API over the demo shop's database in this process.

    Raises:
        LocalSourceFailed: the shop cannot be created, or the server does not start.
    """
    try:
        shop_database = str(demo_shop_of(environ, environment).sqlite_file())
        with serve(
            CONNECTORS_FILE, environment.fivetran_dir, variables={"SHOP_DATABASE": shop_database}
        ) as server:
            yield LocalApi(
                server.url, server.api_key, server.api_secret, _duckdb_url(server.destination)
            )
    except (ShopError, FivetranLocalError) as error:
        raise LocalSourceFailed(str(error)) from None


def api_served_elsewhere(url: str, environment: Environment) -> LocalApi:
    """Return the API of a local server that another process runs, such as `make dev`."""
    destination = environment.fivetran_dir / "destination.duckdb"
    return LocalApi(url, API_KEY, API_SECRET, _duckdb_url(destination))


def demo_shop_of(environ: Mapping[str, str], environment: Environment) -> Shop:
    """Return the demo shop of an environment, with `DEMO_SHOP_ORDERS` orders.

    Raises:
        ShopError: the size is not a number.
    """
    return Shop.from_environ(environ, environment.outside_dir)


def _duckdb_url(file: Path) -> str:
    return f"duckdb://{quote(str(file.absolute()))}"
