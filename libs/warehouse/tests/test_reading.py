import os

import duckdb
import pytest

from environment import Environment
from warehouse import (
    ColumnMissing,
    PublicationCorrupt,
    PublicationMissing,
    SchemaOwnedTwice,
    TableMissing,
    Warehouse,
    attach_published,
)


def test_read_returns_just_the_columns_asked_for_in_their_order(shop):
    table = shop.read(("shop", "orders"), columns=["total", "id"])
    assert table.column_names == ["total", "id"]
    assert table.column("id").to_pylist() == [0, 1, 2]


def test_missing_publication_names_the_table_and_the_command(environment):
    with pytest.raises(PublicationMissing, match=r"platform run --select 'key:\"shop/orders\"'"):
        Warehouse("ml", environment).read(("shop", "orders"))
    with pytest.raises(PublicationMissing, match="shop has published nothing"):
        Warehouse("ml", environment).publication("shop")


def test_mistyped_table_and_column_name_the_nearest(shop):
    with pytest.raises(TableMissing, match="Did you mean 'orders'"):
        shop.read(("shop", "orderz"))
    with pytest.raises(ColumnMissing, match="Did you mean 'total'"):
        shop.read(("shop", "orders"), columns=["totl"])


def test_schema_published_by_two_projects_is_refused(shop, environment, orders):
    other = Warehouse("other", environment)
    with other.open_session() as session:
        session.write(("shop", "orders"), orders(1))
        session.publish()
    with pytest.raises(SchemaOwnedTwice, match="other and shop"):
        shop.read(("shop", "orders"))


@pytest.mark.parametrize("fault", ["empty", "half", "noise", "not a database", "no record"])
def test_corrupt_publication_is_named_and_nothing_is_lost(shop, environment, fault):
    file = environment.published_file("shop")
    whole = file.read_bytes()
    if fault == "no record":
        file.unlink()
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema other; create table other.orders as select 1 as id")
    else:
        content = {
            "empty": b"",
            "half": whole[: len(whole) // 2],
            "noise": whole[:8192] + os.urandom(len(whole) - 8192),
            "not a database": b"customer_id,name\n" * 100,
        }[fault]
        file.write_bytes(content)
    ask = shop.publication if fault == "no record" else lambda: shop.read(("shop", "orders"))
    with pytest.raises(PublicationCorrupt, match=f"(?s){file}.*Publish it anew"):
        ask()
    with shop.open_session() as session:  # the writer goes on from its own work file
        assert session.set_aside is None
        assert session.publish().generation == 2
    assert shop.read(("shop", "orders")).num_rows == 3


def test_one_teams_corrupt_file_does_not_keep_others_from_reading(shop, environment):
    environment.published_file("broken").write_bytes(b"noise")
    assert shop.read(("shop", "orders")).num_rows == 3


def test_nobody_writes_into_what_another_project_published(shop, environment):
    with duckdb.connect(":memory:") as connection:
        assert attach_published(connection, environment) == ["shop"]
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("insert into shop.shop.orders values (9, 9)")


def test_reader_keeps_the_file_that_it_opened(shop, environment, orders):
    with duckdb.connect(":memory:") as connection:
        attach_published(connection, environment)
        with shop.open_session() as session:
            session.write(("shop", "orders"), orders(5))
            session.publish()
        assert connection.execute("select count(*) from shop.shop.orders").fetchone() == (3,)
    assert shop.read(("shop", "orders")).num_rows == 5


def test_environments_do_not_see_each_other(shop, environment):
    elsewhere = Environment(environment.data_dir, "pr_1")
    with pytest.raises(PublicationMissing, match="'pr_1'"):
        Warehouse("shop", elsewhere).read(("shop", "orders"))
