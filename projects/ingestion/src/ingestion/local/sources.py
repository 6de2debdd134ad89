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
SHOP_DATABASE = "SHOP_DATABASE"
"""Environment variable: a SQLite file with the tables of the demo shop's database, in its place."""


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
        LocalSourceFailed: the shop cannot be created or served, or another database replaces its.
    """
    if environ.get(SHOP_DATABASE):
        raise LocalSourceFailed(
            f"{SHOP_DATABASE} is set, and the demo shop's customers do not belong to that database."
        )
    try:
        shop = demo_shop_of(environ, environment)
        # A file that is not the shop's is reported here, and not as a response of the server.
        shop.customers()
        with serve_export(shop) as url:
            yield f"{url}/customers.csv"
    except ShopError as error:
        raise LocalSourceFailed(str(error)) from None


@contextmanager
def fivetran_api(environ: Mapping[str, str], environment: Environment) -> Iterator[LocalApi]:
    """Serve Fivetran's API over the shop's database in this process.

    Raises:
        LocalSourceFailed: the shop cannot be created, or the server does not start.
    """
    try:
        variables = connector_variables(environ, environment)
        with serve(CONNECTORS_FILE, environment.fivetran_dir, variables=variables) as server:
            yield LocalApi(
                server.url, server.api_key, server.api_secret, _duckdb_url(server.destination)
            )
    except (ShopError, FivetranLocalError) as error:
        raise LocalSourceFailed(str(error)) from None


def api_served_elsewhere(url: str, environment: Environment) -> LocalApi:
    """Return the API of a local server that another process runs, such as `make dev`."""
    destination = environment.fivetran_dir / "destination.duckdb"
    return LocalApi(url, API_KEY, API_SECRET, _duckdb_url(destination))


def connector_variables(environ: Mapping[str, str], environment: Environment) -> dict[str, str]:
    """Return the variables of the connectors' file: the shop's database, by default the demo's.

    Raises:
        LocalSourceFailed: the configured file does not exist.
        ShopError: the demo shop cannot be created.
    """
    configured = environ.get(SHOP_DATABASE)
    if not configured:
        return {SHOP_DATABASE: str(demo_shop_of(environ, environment).sqlite_file())}
    database = Path(configured).expanduser().absolute()
    if not database.is_file():
        raise LocalSourceFailed(
            f"{SHOP_DATABASE} is {database}, which is not a file. Set it to the path of a SQLite "
            f"database, or remove it to use the demo shop."
        )
    return {SHOP_DATABASE: str(database)}


def demo_shop_of(environ: Mapping[str, str], environment: Environment) -> Shop:
    """Return the demo shop of an environment, with `DEMO_SHOP_ORDERS` orders.

    Raises:
        ShopError: the size is not a number.
    """
    return Shop.from_environ(environ, environment.outside_dir)


def _duckdb_url(file: Path) -> str:
    return f"duckdb://{quote(str(file.absolute()))}"
