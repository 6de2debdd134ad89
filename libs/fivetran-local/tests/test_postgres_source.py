"""Rows and values of a real PostgreSQL server arrive in the destination."""

from __future__ import annotations

import time as clock
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from fivetran_local import serve
from fivetran_local.adbc import public_settings
from fivetran_local.errors import SourceUnreachableError
from fivetran_local.sources.postgres import PostgresDatabase

from .conftest import ApiClient

DECLARATION = """\
connectors:
  - id: postgres
    service: postgres
    schema_prefix: shop
    source: {kind: postgres, dsn: "${SHOP_DSN}", schemas: [public, "Back Office"]}
    tables:
      orders: {high_water_mark: updated_at}
"""

TABLES = """
drop schema public cascade; create schema public;
drop schema if exists "Back Office" cascade; create schema "Back Office";
create table orders (id bigint primary key, status text, updated_at timestamptz not null);
insert into orders select i, 'placed', timestamptz '2024-01-01' + i * interval '1 minute'
    from generate_series(1, 1000) i;
create table "Back Office"."lineItems" (a int, b int, note text, primary key (a, b));
insert into "Back Office"."lineItems" values (1, 1, 'x'), (1, 2, null);
create view seen as select * from orders;
"""


@pytest.fixture
def sql(postgres_server):
    postgres_server.psql(TABLES)
    return postgres_server.psql


@pytest.fixture
def postgres(postgres_server, sql, tmp_path):
    config = tmp_path / "connectors.yaml"
    config.write_text(DECLARATION)
    variables = {"SHOP_DSN": postgres_server.get_uri()}
    with serve(config, tmp_path / "state", variables=variables) as local:
        yield ApiClient(local)


def test_changes_and_deletes_of_all_schemas_arrive(postgres, sql):
    assert postgres.sync()["status"]["tasks"] == []
    assert postgres.rows("select count(*), max(updated_at) from shop_public.orders") == [
        (1000, datetime(2024, 1, 1, 16, 40, tzinfo=UTC))
    ]
    assert postgres.rows("select a, b, note from shop_back_office.line_items order by b") == [
        (1, 1, "x"),
        (1, 2, None),
    ]
    sql(
        "update orders set status = 'shipped', updated_at = '2025-01-01' where id = 3;"
        "delete from orders where id = 4;"
        'delete from "Back Office"."lineItems" where b = 1;'
    )
    postgres.sync()
    assert postgres.rows(
        "select id, status, _fivetran_deleted from shop_public.orders where id in (3, 4)"
        " order by id"
    ) == [(3, "shipped", False), (4, "placed", True)]
    assert postgres.rows("select b from shop_back_office.line_items where _fivetran_deleted") == [
        (1,)
    ]
    assert postgres.rows(
        "select count(*) from shop_public.orders"
        " where _fivetran_synced = (select min(_fivetran_synced) from shop_public.orders)"
    ) == [(998,)]


def test_values_arrive_unchanged(postgres, sql):
    sql(
        "create table kinds (id int primary key, exact numeric(30,10), endless numeric,"
        " tags text[], doc jsonb, raw bytea, plain timestamp, day date, hour time, uid uuid,"
        " approx double precision, yes boolean, small smallint, big bigint, word text);"
        " insert into kinds values (1, 12345678901234567890.0123456789, 1e40, '{a,null,\"é,\"}',"
        " '{\"n\": 1.10}', '\\x00ff', '2024-01-01 12:00:00.000001', '2024-02-29', '23:59:59',"
        " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 0.1, true, -32768, -9223372036854775808, '🎉');"
        " insert into kinds (id) values (2);"
    )
    postgres.sync()
    (row, nulls) = postgres.rows(
        "select * exclude (_fivetran_synced) replace (tags::varchar as tags, doc::varchar as doc)"
        " from shop_public.kinds order by id"
    )
    assert row == (
        1,
        Decimal("12345678901234567890.0123456789"),
        "1" + "0" * 40,
        '["a",null,"é,"]',
        '{"n": 1.10}',
        b"\x00\xff",
        datetime(2024, 1, 1, 12, 0, 0, 1),  # noqa: DTZ001 - a timestamp without zone
        date(2024, 2, 29),
        time(23, 59, 59),
        UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        0.1,
        True,
        -32768,
        -9223372036854775808,
        "🎉",
        False,
    )
    assert set(nulls[1:-1]) == {None}


def test_fingerprint_changes_only_with_a_commit(postgres_server, sql):
    source = PostgresDatabase(postgres_server.get_uri(), ("public",))
    # The server sometimes writes to its log, which only causes an unnecessary read.
    deadline = clock.monotonic() + 60
    while (before := source.fingerprint()) != source.fingerprint():
        assert clock.monotonic() < deadline, "the fingerprint changes all the time"
    sql("update orders set status = 'shipped' where id = 1")
    assert source.fingerprint() != before


def test_widened_column_keeps_its_rows(postgres, sql):
    postgres.sync()
    sql(
        "drop view seen;"
        "alter table orders alter status type varchar(3) using left(status, 3);"
        "alter table orders alter id type numeric(25,2);"
        "insert into orders values (5000.25, 'new', '2025-01-01');"
    )
    assert postgres.sync()["status"]["tasks"] == []
    assert postgres.rows("select count(*), max(id) from shop_public.orders") == [
        (1001, Decimal("5000.25"))
    ]
    assert postgres.rows("select distinct status from shop_public.orders order by 1") == [
        ("new",),
        ("pla",),
    ]


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://shop:geheim@127.0.0.1:1/shop",
        "postgresql://shop:geh/eim@127.0.0.1:1/shop",
        "postgresql://shop:geheim@elsewhere@127.0.0.1:1/shop",
        "host=127.0.0.1 port=1 password=geheim",
        "host=127.0.0.1 port=x password='geheim'",
    ],
)
def test_unreachable_server_is_reported_without_the_password(dsn):
    with pytest.raises(SourceUnreachableError) as raised:
        PostgresDatabase(dsn, ("public",)).check()
    assert "PostgreSQL does not answer" in str(raised.value)
    for secret in ("geheim", "eim", "elsewhere"):
        assert secret not in str(raised.value)
    assert raised.value.__cause__ is None
    assert "geh" not in str(public_settings(dsn))


def test_api_shows_the_source_without_its_password(postgres):
    config = postgres.data("connections/postgres")["config"]
    assert config["database"] == "postgres"
    assert config["password"] == "******"
