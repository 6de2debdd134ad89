"""Rows are neither lost, duplicated nor changed between source and destination."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest

from fivetran_local import serve


def test_first_sync_writes_every_row_with_declared_types(api, shop):
    shop.add_order(101, "placed", "1234567890.12", "2024-02-01T10:00:00.123456Z")
    shop.execute("insert into orders (id) values (9223372036854775807)")
    details = api.sync("force")
    assert details["succeeded_at"] is not None
    assert details["failed_at"] is None
    assert api.rows("select count(*) from shop_public.users") == [(10,)]
    assert api.rows("select count(*), sum(amount) from shop_public.orders where id <= 100") == [
        (100, Decimal("5060.00"))
    ]
    assert api.rows(
        "select * exclude (_fivetran_synced) from shop_public.orders where id > 100"
    ) == [
        (
            101,
            1,
            "placed",
            Decimal("1234567890.12"),
            True,
            datetime(2024, 2, 1, 10, 0, 0, 123456, tzinfo=UTC),
            False,
        ),
        (9223372036854775807, None, None, None, None, None, False),
    ]
    types = dict(
        api.rows(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'shop_public' and table_name = 'orders'"
        )
    )
    assert types == {
        "id": "BIGINT",
        "user_id": "BIGINT",
        "status": "VARCHAR",
        "amount": "DECIMAL(12,2)",
        "paid": "BOOLEAN",
        "updated_at": "TIMESTAMP WITH TIME ZONE",
        "_fivetran_deleted": "BOOLEAN",
        "_fivetran_synced": "TIMESTAMP WITH TIME ZONE",
    }


def test_second_sync_writes_only_what_changed(api, shop):
    api.sync()
    before = api.rows("select id, _fivetran_synced from shop_public.orders order by id")
    shop.execute(
        "update orders set status = 'shipped', updated_at = '2024-02-01T10:00:00Z' where id = 7"
    )
    shop.add_order(101, "placed", "5.00", "2024-02-01T10:00:01Z")
    api.sync()
    after = api.rows("select id, _fivetran_synced from shop_public.orders order by id")
    assert {id_ for id_, _ in set(after) - set(before)} == {7, 101}
    assert api.rows("select status from shop_public.orders where id in (7, 8) order by id") == [
        ("shipped",),
        ("placed",),
    ]
    assert api.rows("select count(*), count(distinct id) from shop_public.orders") == [(101, 101)]


def test_rows_of_another_source_are_compared_although_they_are_below_the_mark(
    api, config, shop, tmp_path
):
    api.sync()
    other = tmp_path / "other.sqlite"
    other.write_bytes(shop.file.read_bytes())
    type(shop)(other).execute("update orders set status = 'other'")
    with serve(config, tmp_path / "state", variables={"SHOP": str(other)}) as server:
        type(api)(server).sync()
    assert api.rows("select status, count(*) from shop_public.orders group by all") == [
        ("other", 100)
    ]


def test_deleted_rows_stay_marked_and_come_back_when_inserted_again(api, shop):
    api.sync()
    shop.execute("delete from orders where id in (3, 4)")
    api.sync()
    assert api.rows("select id from shop_public.orders where _fivetran_deleted order by id") == [
        (3,),
        (4,),
    ]
    deleted_at, others_at = api.rows(
        "select max(_fivetran_synced) filter (_fivetran_deleted),"
        " max(_fivetran_synced) filter (not _fivetran_deleted) from shop_public.orders"
    )[0]
    assert deleted_at > others_at
    shop.add_order(3, "returned", "9.99", "2024-01-01T00:00:00Z")  # below the mark
    api.sync()
    assert api.rows("select status, _fivetran_deleted from shop_public.orders where id = 3") == [
        ("returned", False)
    ]


@pytest.mark.parametrize(
    "updated_at",
    [
        "2024-01-28T10:00:00.5Z",  # sorts before 10:00:00Z as text
        "2024-01-28 10:00:01",  # a blank sorts before T
        "2024-01-28T09:00:02-01:00",
        "2024-01-28T10:00:00.000001Z",
        "2024-01-28 10:00:01+00",  # PostgreSQL's format; SQLite's functions cannot parse it
    ],
)
def test_update_just_above_the_mark_arrives_in_every_timestamp_format(api, shop, updated_at):
    api.sync()
    shop.execute("update orders set status = 'shipped', updated_at = ? where id = 5", updated_at)
    api.sync()
    assert api.rows("select status from shop_public.orders where id = 5") == [("shipped",)]


def test_rows_inserted_below_the_mark_are_not_missed(api, shop):
    api.sync()
    shop.add_order(500, "placed", "1.00", "2020-01-01T00:00:00Z")
    api.sync()
    assert api.rows("select count(*) from shop_public.orders where id = 500") == [(1,)]


def test_swapped_keys_are_detected_though_their_count_and_sum_stay(api, shop):
    """Only a comparison of keys detects it: the mark and the number of rows stay the same."""
    shop.add_order(1000, "placed", "1.00", "2020-01-01T00:00:00Z")
    api.sync()
    shop.execute("delete from orders where id in (10, 1000)")
    for id_ in (9 + 200, 801):
        shop.add_order(id_, "placed", "1.00", "2020-01-01T00:00:00Z")
    api.sync()
    query = "select id, _fivetran_deleted from shop_public.orders where id in (10, 209, 801, 1000)"
    assert sorted(api.rows(query)) == [(10, True), (209, False), (801, False), (1000, True)]
    assert api.rows("select count(*) from shop_public.orders") == [(103,)]


def test_failed_sync_keeps_destination_and_marks_and_reports_the_reason(api, shop):
    api.sync()
    before = (
        api.rows("from shop_public.users order by id"),
        api.rows("from shop_public.orders order by id"),
    )
    shop.execute("update orders set updated_at = '2024-03-01T00:00:00Z', status = 'shipped'")
    shop.execute("update users set signed_up = 'yesterday', updated_at = '2024-03-01T00:00:00Z'")
    details = api.sync()
    assert details["failed_at"] > details["succeeded_at"]
    assert "yesterday" in details["status"]["tasks"][0]["details"]
    after = (
        api.rows("from shop_public.users order by id"),
        api.rows("from shop_public.orders order by id"),
    )
    assert after == before, "orders were read before users failed, and must be rolled back"
    shop.execute("update users set signed_up = null")
    details = api.sync()
    assert details["succeeded_at"] > details["failed_at"]
    assert details["status"]["tasks"] == []
    assert api.rows("select distinct status from shop_public.orders") == [("shipped",)]


@pytest.mark.parametrize("id_", [9, 30_009])  # in the first batch, and in a later one
def test_value_of_another_type_than_declared_is_reported_with_table_and_column(api, shop, id_):
    shop.execute(
        "with recursive n(i) as (select 101 union all select i + 1 from n where i < 40000)"
        " insert into orders (id, user_id) select i, 1 from n"
    )
    shop.execute("update orders set user_id = 'unknown' where id = ?", id_)
    details = api.sync()["status"]["tasks"][0]["details"]
    assert "public.orders.user_id is declared as int64, but holds" in details


def test_text_that_is_not_utf8_fails_the_sync_with_a_readable_reason(api, shop):
    shop.execute("update users set email = cast(x'ff41' as text) where id = 3")
    details = api.sync()
    assert details["succeeded_at"] is None
    assert "users" in details["status"]["tasks"][0]["details"]


def test_connection_is_broken_while_its_source_is_missing(api, shop, tmp_path):
    api.sync()
    shop.file.rename(tmp_path / "elsewhere")
    details = api.sync()
    assert details["status"]["setup_state"] == "broken"
    assert str(shop.file) in details["status"]["tasks"][0]["details"]
    (tmp_path / "elsewhere").rename(shop.file)
    assert api.data("connections/postgres")["status"]["setup_state"] == "connected"
    assert api.sync()["succeeded_at"] > details["failed_at"]


def test_historical_resync_rewrites_every_row_and_marks_missing_ones(api, shop):
    api.sync()
    first = api.rows("select max(_fivetran_synced) from shop_public.orders")[0][0]
    shop.execute("delete from orders where id = 1")
    assert api.data("connections/postgres")["status"]["is_historical_sync"] is False
    details = api.sync("resync")
    assert details["status"]["is_historical_sync"] is False
    assert api.rows(
        f"select count(*) from shop_public.orders where _fivetran_synced > '{first}'"
    ) == [(99,)]
    # As documented: rows that a re-sync does not find keep `_fivetran_synced`.
    assert api.rows("select id from shop_public.orders where _fivetran_deleted") == [(1,)]


def test_resync_of_one_table_does_not_write_the_others(api):
    api.sync()
    users = api.rows("select max(_fivetran_synced) from shop_public.users")
    orders = api.rows("select min(_fivetran_synced) from shop_public.orders")
    api.sync("schemas/tables/resync", {"public": ["orders"]})
    assert api.rows("select max(_fivetran_synced) from shop_public.users") == users
    assert api.rows("select min(_fivetran_synced) from shop_public.orders") > orders


def test_deleted_destination_file_is_filled_again(api):
    api.sync()
    api.server.destination.unlink()
    api.sync()
    assert api.rows("select count(*) from shop_public.orders") == [(100,)]


def test_new_column_is_filled_for_existing_rows(api, shop):
    api.sync()
    shop.execute("alter table users add column plan text default 'free'")
    api.sync()
    assert api.rows("select distinct plan from shop_public.users") == [("free",)]


def test_table_without_key_gets_fivetran_id_and_no_duplicates(api, shop):
    shop.execute("create table visits (page text, seconds integer)")
    shop.execute("insert into visits values ('/', 1), ('/', 1), ('/about', null)")
    api.sync()
    assert api.rows(
        "select page, seconds, length(_fivetran_id) from shop_public.visits order by page"
    ) == [("/", 1, 32), ("/about", None, 32)]
    shop.execute("update visits set seconds = 2 where page = '/about'")
    api.sync()
    assert api.rows(
        "select page, seconds, _fivetran_deleted from shop_public.visits order by all"
    ) == [("/", 1, False), ("/about", 2, False), ("/about", None, True)]


def test_dropped_column_keeps_its_values_and_is_null_for_new_rows(api, shop):
    api.sync()
    shop.execute("alter table users drop column email")
    shop.execute("insert into users values (11, null, '2025-01-01T00:00:00Z')")
    assert api.sync()["status"]["tasks"] == []
    assert api.rows("select id, email from shop_public.users where id > 9 order by id") == [
        (10, "u10@example.com"),
        (11, None),
    ]
    path = "connections/postgres/schemas/public/tables/users/columns"
    assert "email" not in api.data(path)["columns"]


@pytest.mark.parametrize(
    ("handling", "columns", "tables"),
    [("ALLOW_ALL", 1, 1), ("ALLOW_COLUMNS", 1, 0), ("BLOCK_ALL", 0, 0)],
)
def test_new_columns_and_tables_arrive_according_to_schema_change_handling(
    api, shop, handling, columns, tables
):
    api("PATCH", "connections/postgres/schemas", {"schema_change_handling": handling})
    api.sync()
    shop.execute("alter table users add column plan text default 'free'")
    shop.execute("create table refunds (id integer primary key)")
    api.sync()
    found = api.rows(
        "select count(*) filter (column_name = 'plan'), count(*) filter (table_name = 'refunds'"
        " and column_name = 'id') from information_schema.columns"
    )
    assert found == [(columns, tables)]


def test_reader_in_the_same_process_delays_a_sync_only(api, shop):
    """DuckDB rejects two modes in one process: both sides retry."""
    api.sync()
    since = api.completed_at()
    with duckdb.connect(str(api.server.destination), read_only=True) as reader:
        shop.add_order(101, "placed", "1.00", "2025-01-01T00:00:00Z")
        api("POST", "connections/postgres/force")
        assert reader.execute("select count(*) from shop_public.orders").fetchall() == [(100,)]
        assert api.completed_at() == since
    assert api.wait(since)["succeeded_at"] > since
