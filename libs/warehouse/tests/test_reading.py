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
    reading,
)


def test_read_returns_the_requested_columns_in_their_order_and_the_publication(shop):
    found = shop.read(("shop", "orders"), columns=["total", "id"])
    assert found.table.column_names == ["total", "id"]
    assert found.table.column("id").to_pylist() == [0, 1, 2]
    assert found.publication == shop.publication()


@pytest.mark.parametrize("moment", ["attach_readable", "owner_of", "columns_of", "publication_of"])
def test_publication_during_a_read_does_not_mix_generations(shop, orders, monkeypatch, moment):
    """A row with the number of another publication could not be traced to its data."""
    original = getattr(reading, moment)

    def publish_and_continue(*arguments):
        found = original(*arguments)
        with shop.open_session() as session:
            session.write(("shop", "orders"), orders(50))
            session.publish()
        return found

    monkeypatch.setattr(reading, moment, publish_and_continue)
    found = shop.read(("shop", "orders"))
    assert (found.table.num_rows, found.publication.generation) == (3, 1)
    monkeypatch.undo()
    found = shop.read(("shop", "orders"))
    assert (found.table.num_rows, found.publication.generation) == (50, 2)


def test_missing_publication_names_the_table_and_the_command(environment):
    with pytest.raises(PublicationMissing, match=r"platform run --select '\+key:\"shop/orders\"'"):
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
def test_corrupt_publication_is_named_and_the_work_file_is_kept(shop, environment, fault):
    file = environment.published_file("shop")
    whole = file.read_bytes()
    if fault == "no record":
        file.unlink()
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema shop.shop")
            connection.execute("create table shop.shop.orders as select 1 as id")
    else:
        content = {
            "empty": b"",
            "half": whole[: len(whole) // 2],
            "noise": whole[:8192] + os.urandom(len(whole) - 8192),
            "not a database": b"customer_id,name\n" * 100,
        }[fault]
        file.write_bytes(content)
    with pytest.raises(PublicationCorrupt, match=f"(?s){file}.*Publish it again"):
        shop.read(("shop", "orders"))
    if fault == "no record":
        with pytest.raises(PublicationCorrupt, match="does not record a publication"):
            shop.publication()
    with shop.open_session() as session:  # the writer continues from its own work file
        assert session.set_aside is None
        assert session.publish().generation == 2
    assert shop.read(("shop", "orders")).table.num_rows == 3


def test_corrupt_file_of_one_project_does_not_affect_reads_of_the_others(shop, environment):
    environment.published_file("broken").write_bytes(b"noise")
    assert shop.read(("shop", "orders")).table.num_rows == 3


def test_attached_publication_cannot_be_written(shop, environment):
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
    assert shop.read(("shop", "orders")).table.num_rows == 5


def test_environments_do_not_see_each_other(shop, environment):
    elsewhere = Environment(environment.data_dir, "pr_1")
    with pytest.raises(PublicationMissing, match="'pr_1'"):
        Warehouse("shop", elsewhere).read(("shop", "orders"))
