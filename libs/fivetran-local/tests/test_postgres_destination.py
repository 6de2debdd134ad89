"""Rows are neither lost, duplicated nor changed in a real PostgreSQL destination."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest
from adbc_driver_postgresql import dbapi

from fivetran_local import serve

from .conftest import DECLARATION, ApiClient

DESTINATION = """\
destination: {kind: postgres, dsn: "${WAREHOUSE_DSN}"}
"""


class PostgresApiClient(ApiClient):
    dsn: str

    def rows(self, query):
        with closing(dbapi.connect(self.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()


@pytest.fixture
def serving(postgres_server, tmp_path):
    postgres_server.psql("drop schema if exists shop_public cascade")
    postgres_server.psql("drop schema if exists landing cascade")

    def start(declaration, **variables):
        config = tmp_path / "connectors.yaml"
        config.write_text(DESTINATION + declaration)
        variables["WAREHOUSE_DSN"] = postgres_server.get_uri()
        return serve(config, tmp_path / "state", variables=variables)

    return start


@pytest.fixture
def warehouse(serving, shop, postgres_server):
    with serving(DECLARATION, SHOP=str(shop.file)) as server:
        api = PostgresApiClient(server)
        api.dsn = postgres_server.get_uri()
        yield api


def test_updates_deletes_and_late_rows_arrive_once(warehouse, shop):
    assert warehouse.sync()["status"]["tasks"] == []
    assert warehouse.rows("select count(*), sum(amount) from shop_public.orders") == [
        (100, "5060.00")
    ]
    first = warehouse.rows("select max(_fivetran_synced) from shop_public.orders")[0][0]
    shop.execute(
        "update orders set status = 'shipped', updated_at = '2024-02-01T10:00:00Z' where id = 7"
    )
    shop.execute("delete from orders where id = 8")
    shop.add_order(500, "placed", "1.00", "2020-01-01T00:00:00Z")  # below the mark
    warehouse.sync()
    assert warehouse.rows(
        "select id, status, _fivetran_deleted from shop_public.orders"
        f" where _fivetran_synced > '{first.isoformat()}' order by id"
    ) == [(7, "shipped", False), (8, "placed", True), (500, "placed", False)]
    warehouse.sync("resync")
    assert warehouse.rows("select count(*), count(distinct id) from shop_public.orders") == [
        (101, 101)
    ]


def test_failed_sync_changes_no_table_and_the_next_one_catches_up(warehouse, shop):
    warehouse.sync()
    shop.execute("update orders set updated_at = '2024-03-01T00:00:00Z', status = 'shipped'")
    shop.execute("update users set signed_up = 'yesterday', updated_at = '2024-03-01T00:00:00Z'")
    details = warehouse.sync()
    reason = details["status"]["tasks"][0]["details"]
    assert "shop_public.users: a value does not fit its column" in reason
    assert "yesterday" in reason
    assert warehouse.rows("select distinct status from shop_public.orders") == [("placed",)]
    shop.execute("update users set signed_up = null")
    assert warehouse.sync()["succeeded_at"] > details["failed_at"]
    assert warehouse.rows("select distinct status from shop_public.orders") == [("shipped",)]


def test_types_keys_and_widening(serving, tmp_path, postgres_server):
    folder = tmp_path / "files"
    folder.mkdir()

    def write(number):
        duckdb.sql(
            f"copy (select {number} as n, 12345678901234567890.0123456789::decimal(30,10) as d,"
            " '\\x00\\xFF'::blob as b, timestamptz '2024-01-01 12:00:00+02' as t, {'x': [1, null]}"
            " as nested, uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as u, null::int as nothing)"
            f" to '{folder / 'kinds.parquet'}'"
        )

    write(1)
    connector = (
        "connectors:\n"
        "  - {id: drop, service: s3, schema: landing, source: {kind: files, path: files}}\n"
    )
    with serving(connector) as server:
        api = PostgresApiClient(server)
        api.dsn = postgres_server.get_uri()
        assert api.sync(id_="drop")["status"]["tasks"] == []
        row = api.rows("select n, d, b, t, nested::text, u::text, nothing from landing.kinds")
        assert row == [
            (
                1,
                "12345678901234567890.0123456789",
                b"\x00\xff",
                datetime(2024, 1, 1, 10, tzinfo=UTC),
                '{"x": [1, null]}',
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                None,
            )
        ]
        write("2.5")
        assert api.sync(id_="drop")["status"]["tasks"] == []
        living = "select n from landing.kinds where not _fivetran_deleted"
        assert [Decimal(n) for (n,) in api.rows(living)] == [Decimal("2.5")]
        # Without a key a changed row is a new row.
        assert api.rows("select count(*) from landing.kinds where _fivetran_deleted") == [(1,)]


def test_api_shows_the_destination_without_its_password(warehouse):
    destination = warehouse.data("destinations/local_warehouse")
    assert destination["service"] == "postgres_warehouse"
    assert destination["config"]["password"] == "******"
    tested = warehouse("POST", "destinations/local_warehouse/test", {}).json()["data"]
    assert tested["setup_tests"][0]["status"] == "PASSED"


def test_unreachable_destination_fails_the_sync_and_the_test(serving, shop, tmp_path):
    config = tmp_path / "connectors.yaml"
    config.write_text(DESTINATION + DECLARATION)
    variables = {
        "SHOP": str(shop.file),
        "WAREHOUSE_DSN": "postgresql://loader:geheim@127.0.0.1:1/warehouse",
    }
    with serve(config, tmp_path / "state", variables=variables) as server:
        api = ApiClient(server)
        details = api.sync()["status"]["tasks"][0]["details"]
        assert "PostgreSQL does not answer" in details
        assert "geheim" not in details
        tested = api("POST", "destinations/local_warehouse/test", {}).json()["data"]
        assert tested["setup_tests"][0]["status"] == "FAILED"


def test_history_mode_stores_versions_under_their_own_key(warehouse, shop):
    """A second version would violate the primary key of soft-delete mode."""
    warehouse.sync()
    table = "connections/postgres/schemas/public/tables/orders"
    assert warehouse("PATCH", table, {"sync_mode": "HISTORY"}).status_code == 200
    warehouse.sync()
    shop.add_order(7, "shipped", "7.10", "2025-01-01T00:00:00Z")
    shop.execute("delete from orders where id = 8")
    assert warehouse.sync()["status"]["tasks"] == []
    versions = (
        "select id, status, _fivetran_active, _fivetran_end > '9999-01-01' from shop_public.orders"
        " where id in (7, 8) order by id, _fivetran_start"
    )
    assert warehouse.rows(versions) == [
        (7, "placed", False, False),
        (7, "shipped", True, True),
        (8, "placed", False, False),
    ]
    assert warehouse("PATCH", table, {"sync_mode": "SOFT_DELETE"}).status_code == 200
    warehouse.sync()
    assert warehouse.rows(
        "select id, status, _fivetran_deleted from shop_public.orders where id in (7, 8) order by 1"
    ) == [(7, "shipped", False), (8, "placed", True)]
