"""Another database in place of the demo shop: its rows are imported, and never the demo's."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from demo_shop import Shop
from fivetran_local import serve

LIVE = "select id, status from shop_public.orders where not _fivetran_deleted order by id"


@pytest.fixture
def own(tmp_path):
    """A shop with two orders, older than all of the demo shop's."""
    file = tmp_path / "own.sqlite"
    with closing(sqlite3.connect(Shop(100, tmp_path / "demo").sqlite_file())) as demo:
        tables = demo.execute("select sql from sqlite_schema where type = 'table'").fetchall()
    with closing(sqlite3.connect(file)) as connection:
        for (statement,) in tables:
            connection.execute(statement)
        moment = "2019-05-01T10:00:00Z"
        user = (1, "a@example.org", "Ada A", "DE", "web", moment, moment)
        connection.execute("insert into users values (?, ?, ?, ?, ?, ?, ?)", user)
        for id_ in (1, 2):
            order = (id_, 1, "web", "own", 5, "EUR", moment, moment)
            connection.execute("insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)", order)
        connection.commit()
    return file


def test_own_database_is_ignored(materialize, published, own, environment, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", str(own))
    run = materialize("fivetran")
    assert run.success, run.failure
    assert published.rows(LIVE) == [(1, "own"), (2, "own")]
    assert not environment.outside_dir.exists(), "a demo shop was created"


def test_rows_of_the_demo_shop_stay_after_the_change_to_an_own_database(
    materialize, published, own, monkeypatch
):
    assert materialize("fivetran").success
    assert len(published.rows(LIVE)) == 1000
    monkeypatch.setenv("SHOP_DATABASE", str(own))
    run = materialize("fivetran")
    assert run.success, run.failure
    assert published.rows(LIVE) == [(1, "own"), (2, "own")]


def test_connectors_of_the_readme_do_not_work(
    materialize, published, own, environment, monkeypatch
):
    readme = Path(__file__).parents[1] / "README.md"
    [declaration] = re.findall(r"```yaml\n(.*?)```", readme.read_text(), re.DOTALL)
    config = own.with_name("connectors.yaml")
    config.write_text(declaration)
    own.rename(own.with_name("shop.sqlite"))
    with serve(config, environment.fivetran_dir) as server:
        monkeypatch.setenv("FIVETRAN_API_URL", server.url)
        run = materialize("fivetran")
    assert run.success, run.failure
    assert published.rows(LIVE) == [(1, "own"), (2, "own")]


def test_demo_customers_are_added_to_an_own_database(materialize, own, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", str(own))
    message = materialize("customers").message
    assert "CUSTOMERS_URL is not set" in message
    assert "SHOP_DATABASE is set" in message


def test_missing_own_database_is_created_or_replaced_by_the_demo(
    materialize, tmp_path, environment, monkeypatch
):
    monkeypatch.setenv("SHOP_DATABASE", str(tmp_path / "none.sqlite"))
    assert "none.sqlite, which is not a file" in materialize("fivetran").message
    assert not (tmp_path / "none.sqlite").exists()
    assert not environment.outside_dir.exists()


@pytest.mark.parametrize("asset", ["fivetran", "customers"])
def test_file_of_a_user_in_the_demo_shops_folder_is_replaced(materialize, own, environment, asset):
    environment.outside_dir.mkdir(parents=True)
    file = own.rename(environment.outside_dir / "shop-1000.sqlite")
    before = file.read_bytes()
    message = materialize(asset).message
    assert "shop-1000.sqlite was not created by this version of the demo shop" in message
    assert file.read_bytes() == before
