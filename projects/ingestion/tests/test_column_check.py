"""What arrives is compared with the snapshot: a changed column breaks another team's contract."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import dagster as dg
import duckdb
import pytest

from demo_shop import Shop
from ingestion import fivetran_snapshot
from ingestion.fivetran.column_check import columns_match_snapshot
from ingestion.fivetran.destination import Column
from ingestion.fivetran.snapshot import SnapshotTable

ORDERS = "shop_public/orders"
ROWS = "select count(*), sum(amount) from shop_public.orders"


@pytest.fixture
def shop(environment) -> Shop:
    return Shop(1000, environment.outside_dir)


@pytest.fixture
def destination_file(environment):
    return environment.fivetran_dir / "destination.duckdb"


def redeclare(file, *replacements, columns="*"):
    """Create the shop's orders again with other declared types, and copy the rows."""
    with closing(sqlite3.connect(file)) as source:
        [(statement,)] = source.execute("select sql from sqlite_schema where name = 'orders'")
        for old, new in replacements:
            assert old in statement
            statement = statement.replace(old, new)
        source.executescript(
            f"alter table orders rename to before; {statement}; "
            f"insert into orders select {columns} from before; drop table before;"
        )


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            ("user_id INTEGER", "user_id TEXT"),
            "column user_id: expected BIGINT, found VARCHAR.",
        ),
        (
            ("amount DECIMAL(12,2)", "amount REAL"),
            "column amount: expected DECIMAL(12,2), found DOUBLE.",
        ),
        (
            ("amount DECIMAL(12,2)", "amount DECIMAL(14,4)"),
            "column amount: expected DECIMAL(12,2), found DECIMAL(14,4).",
        ),
    ],
)
def test_changed_type_of_the_source_is_published(materialize, published, shop, change, difference):
    assert materialize("fivetran").success
    before = published.rows(ROWS)
    redeclare(shop.sqlite_file(), change)
    shop.change()
    run = materialize("fivetran")
    assert not run.success
    for word in (ORDERS, difference, "Restore the column at the source", "lineage check"):
        assert word in run.message
    assert {check.asset_key.to_user_string(): check.passed for check in run.checks} == {
        "shop_public/users": True,
        ORDERS: False,
    }
    assert run.metadata == {}
    assert published.rows(ROWS) == before


def test_accepted_type_still_fails(materialize, published, shop, accept_snapshot):
    assert materialize("fivetran").success
    redeclare(
        shop.sqlite_file(),
        ("amount DECIMAL(12,2)", "amount DECIMAL(14,4)"),
        ("ordered_at TIMESTAMPTZ", "ordered_at TIMESTAMP"),
    )
    assert not materialize("fivetran").success
    accept_snapshot()
    run = materialize("fivetran")
    assert run.success, run.failure
    types = published.rows("select column_name, column_type from (describe shop_public.orders)")
    assert ("amount", "DECIMAL(14,4)") in types
    # Fivetran keeps the wider type of a column.
    assert ("ordered_at", "TIMESTAMP WITH TIME ZONE") in types


def test_restored_type_does_not_end_the_failure(materialize, shop, destination_file):
    """Fivetran never narrows a column: the advice of the message is followed."""
    assert materialize("fivetran").success
    redeclare(shop.sqlite_file(), ("user_id INTEGER", "user_id TEXT"))
    assert not materialize("fivetran").success
    redeclare(shop.sqlite_file(), ("user_id TEXT", "user_id INTEGER"))
    assert not materialize("fivetran").success
    with duckdb.connect(str(destination_file)) as connection:
        connection.execute("drop table shop_public.orders")
    run = materialize("fivetran")
    assert run.success, run.failure


def test_time_without_a_zone_is_published(materialize, shop):
    redeclare(shop.sqlite_file(), ("ordered_at TIMESTAMPTZ", "ordered_at TIMESTAMP"))
    run = materialize("fivetran")
    assert not run.success
    assert "column ordered_at: expected TIMESTAMP WITH TIME ZONE, found TIMESTAMP." in run.message


def test_dropped_column_is_not_missed(materialize, published, shop, destination_file):
    assert materialize("fivetran").success
    before = published.rows("from shop_public.orders order by id")
    redeclare(
        shop.sqlite_file(),
        ("    currency TEXT not null,\n", ""),
        columns="id, user_id, channel, status, amount, ordered_at, updated_at",
    )
    with duckdb.connect(str(destination_file)) as connection:
        connection.execute("drop table shop_public.orders")
    run = materialize("fivetran")
    assert "column currency: expected VARCHAR, found no such column." in run.message
    assert published.rows("from shop_public.orders order by id") == before


def test_column_dropped_at_the_source_only_is_no_drift(materialize, shop, capsys):
    """Fivetran keeps the column with its last values: the destination does not show the change."""
    assert materialize("fivetran").success
    redeclare(
        shop.sqlite_file(),
        ("    currency TEXT not null,\n", ""),
        columns="id, user_id, channel, status, amount, ordered_at, updated_at",
    )
    assert materialize("fivetran").success
    assert fivetran_snapshot.main(["check"]) == 1
    assert "- column shop_public/orders.currency" in capsys.readouterr().out


def test_added_column_blocks_or_is_not_named(materialize, published, shop):
    assert materialize("fivetran").success
    with closing(sqlite3.connect(shop.sqlite_file())) as source:
        source.execute("alter table orders add column note text")
        source.execute("update orders set note = 'gift'")
        source.commit()
    run = materialize("fivetran")
    assert run.success, run.failure
    assert published.rows("select count(*) from shop_public.orders where note = 'gift'") == [
        (1000,)
    ]
    [check] = [check for check in run.checks if check.asset_key.to_user_string() == ORDERS]
    assert check.passed
    assert "not in the snapshot: note." in check.description
    assert check.metadata["added_columns"].value == ["note"]


def test_check_that_is_not_selected_lets_a_changed_type_through(
    api, destination, materialize, published
):
    destination.execute("alter table shop_public.users alter id type varchar")
    without = dg.AssetSelection.all() - dg.AssetSelection.all_asset_checks()
    run = materialize("fivetran", selection=without)
    assert not run.success
    assert run.message.endswith("Nothing was published.")
    assert "shop_public/users differs" in run.message
    assert "column id: expected BIGINT, found VARCHAR" in run.message
    assert run.checks == []
    assert not published.file.exists()


def test_table_that_is_not_selected_blocks(api, destination, materialize):
    destination.execute("alter table shop_public.users alter id type varchar")
    run = materialize("fivetran", selection=[ORDERS])
    assert run.success, run.failure
    assert [check.asset_key.to_user_string() for check in run.checks] == [ORDERS]


def result_of(expected, found):
    """The check's result for one column of both types."""
    columns = (Column("value", expected),)
    table = SnapshotTable(
        dg.AssetKey(["shop_public", "orders"]), "public.orders", ("value",), False, columns
    )
    added = [("_fivetran_deleted", "BOOLEAN"), ("_fivetran_synced", "TIMESTAMP WITH TIME ZONE")]
    return columns_match_snapshot(table, [("Value", found), *added])


@pytest.mark.parametrize(
    ("spelled", "found"),
    [
        ("VARCHAR(255)", "VARCHAR"),
        ("STRING", "VARCHAR"),
        ("character varying(20)", "VARCHAR"),
        ("text", "VARCHAR"),
        ("NUMERIC(12,2)", "DECIMAL(12,2)"),
        ("numeric", "DECIMAL(38,18)"),
        ("LONG", "BIGINT"),
        ("int8", "BIGINT"),
        ("double precision", "DOUBLE"),
        ("timestamptz", "TIMESTAMP WITH TIME ZONE"),
        ("jsonb", "JSON"),
        ("", "DOUBLE"),
        ("NUMBER(38,0)", "DECIMAL(38,0)"),
    ],
)
def test_other_spelling_of_a_type_blocks(spelled, found):
    result = result_of(spelled, found)
    assert result.passed, result.description


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("BIGINT", "VARCHAR"),
        ("INTEGER", "BIGINT"),
        ("DECIMAL(12,2)", "DOUBLE"),
        ("DECIMAL(12,2)", "DECIMAL(12,3)"),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP"),
        ("STRING", "BLOB"),
    ],
)
def test_other_type_passes(expected, found):
    result = result_of(expected, found)
    assert f"column value: expected {expected}, found {found}." in result.description
    assert not result.passed
