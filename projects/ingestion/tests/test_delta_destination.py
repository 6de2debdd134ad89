"""A destination that is a data lake: real Delta tables, the same path, exact values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import dagster as dg
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from ingestion.fivetran.column_schema import expected_columns
from ingestion.fivetran.errors import DestinationUnreachable, InvalidTable, TableMissing
from ingestion.fivetran.open_destination import open_destination
from ingestion.fivetran.snapshot import SnapshotTable, read_snapshot
from ingestion.fivetran.table_import import import_tables
from warehouse import Warehouse

KEY = dg.AssetKey(["shop_public", "orders"])
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
MOMENT = pa.timestamp("us", "UTC")
ORDERS = pa.schema(
    {
        "id": pa.int64(),
        "status": pa.string(),
        "_fivetran_synced": MOMENT,
        "_fivetran_deleted": pa.bool_(),
    }
)
VERSIONS = pa.schema(
    {
        "id": pa.int64(),
        "status": pa.string(),
        "_fivetran_active": pa.bool_(),
        "_fivetran_start": MOMENT,
        "_fivetran_end": MOMENT,
        "_fivetran_synced": MOMENT,
    }
)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def lake(tmp_path):
    folder = tmp_path / "a lake"
    folder.mkdir()
    return folder


@pytest.fixture
def url(lake):
    return lake.as_uri().replace("file:", "delta:")


@pytest.fixture
def table(lake):
    return lake / "shop_public" / "orders"


@pytest.fixture
def bring(url):
    def run(minutes):
        wanted = SnapshotTable(KEY, "public.orders", ("id",), keeps_history=False, columns=())
        with Warehouse("ingestion").open_session() as session:
            imported = import_tables(session, url, [wanted], at(minutes))[KEY]
            session.publish()
        changes = imported.changes
        return imported.full_refresh_reason, (changes.added, changes.updated, changes.deleted)

    return run


def append(table, rows, schema=ORDERS):
    batch = pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema
    )
    write_deltalake(table, batch, mode="append")


def change(table, key, **values):
    batch = pa.Table.from_pylist(
        [{"id": key, **values}],
        pa.schema([ORDERS.field(name) for name in ("id", *values)]),
    )
    (
        DeltaTable(table)
        .merge(batch, "t.id = s.id", source_alias="s", target_alias="t")
        .when_matched_update({name: f"s.{name}" for name in values})
        .execute()
    )


def test_values_of_every_type_arrive_exactly(table, bring, published):
    schema = pa.schema(
        {
            "id": pa.int64(),
            "small": pa.int16(),
            "whole": pa.int32(),
            "amount": pa.decimal128(38, 10),
            "single": pa.float32(),
            "double": pa.float64(),
            "yes": pa.bool_(),
            "day": pa.date32(),
            "local": pa.timestamp("us"),
            "moment": MOMENT,
            "words": pa.string(),
            "bytes": pa.binary(),
            "_fivetran_synced": MOMENT,
        }
    )
    row = (
        9223372036854775807,
        -32768,
        2147483647,
        Decimal("1234567890123456789012345678.0123456789"),
        1.5,
        0.1,
        True,
        date(1, 1, 1),
        datetime(2024, 2, 29, 1, 2, 3, 4),  # noqa: DTZ001 - a time without zone
        datetime(2024, 3, 31, 0, 30, 0, 1, tzinfo=UTC),
        "é\n☃",
        b"\x00\xff",
        NOON,
    )
    append(table, [row, (1, *[None] * 11, NOON)], schema)
    assert bring(1) == ("first import", (2, 0, 0))
    relation = "shop_public.orders"
    [arrived] = published.rows(f"select * exclude (moment) from {relation} where id > 1")
    assert arrived[:11] == row[:9] + row[10:12]
    assert published.rows(f"select epoch_us(moment) from {relation} where id > 1") == [
        (1711845000000001,)
    ]
    [empty] = published.rows(
        f"select * exclude (id, _fivetran_synced) from {relation} where id = 1"
    )
    assert set(empty) == {None}
    types = dict(published.rows(f"select column_name, column_type from (describe {relation})"))
    assert list(types.values()) == [
        *("BIGINT", "SMALLINT", "INTEGER", "DECIMAL(38,10)", "FLOAT", "DOUBLE", "BOOLEAN", "DATE"),
        *("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "BLOB", "TIMESTAMP WITH TIME ZONE"),
    ]


def test_only_changed_rows_are_imported(table, bring, published):
    append(table, [(n, "placed", at(-60), False) for n in range(1, 5001)])
    assert bring(1) == ("first import", (5000, 0, 0))
    change(table, 1, status="shipped", _fivetran_synced=at(2))
    change(table, 2, _fivetran_deleted=True, _fivetran_synced=at(2))
    append(table, [(6000, "new", at(2), False)])
    assert bring(3) == ("", (1, 1, 1))
    assert bring(4) == ("", (0, 0, 0))
    change(table, 3, _fivetran_deleted=True)
    because, changes = bring(5)
    assert "differed" in because
    assert changes == (0, 0, 1), "a re-sync leaves the stamp alone"
    DeltaTable(table).delete("id = 4")
    assert bring(6)[1] == (0, 0, 1)
    assert published.rows(
        "select count(*), count(*) filter (where _fivetran_deleted) from shop_public.orders"
    ) == [(5000, 2)]


def test_new_column_imports_the_whole_table(table, bring, published):
    append(table, [(1, "placed", at(-60), False)])
    bring(1)
    wider = ORDERS.append(pa.field("note", pa.string()))
    batch = pa.Table.from_pylist([{"id": 2, "note": "n", "_fivetran_synced": at(2)}], wider)
    write_deltalake(table, batch, mode="append", schema_mode="merge")
    assert bring(3) == ("columns changed", (1, 0, 0))
    assert published.rows("select id, note from shop_public.orders order by id") == [
        (1, None),
        (2, "n"),
    ]


def test_history_mode_versions_are_imported(table, bring, published):
    append(
        table,
        [
            (1, "placed", False, at(-9), at(-1), at(-1)),
            (1, "paid", True, at(-1), FOREVER, at(-1)),
            (2, "placed", True, at(-9), FOREVER, at(-9)),
        ],
        VERSIONS,
    )
    assert bring(1) == ("first import", (3, 0, 0))
    moment = at(2).isoformat()
    DeltaTable(table).update(
        {
            "_fivetran_active": "false",
            "_fivetran_end": f"timestamp '{moment}'",
            "_fivetran_synced": f"timestamp '{moment}'",
        },
        predicate="id = 1 and _fivetran_active",
    )
    append(table, [(1, "sent", True, at(2), FOREVER, at(2))], VERSIONS)
    assert bring(3) == ("", (1, 0, 1))
    assert published.rows(
        "select status from shop_public.orders where _fivetran_active order by id"
    ) == [("sent",), ("placed",)]


def test_table_is_read_at_one_point_in_time(table, url):
    append(table, [(1, "placed", NOON, False)])
    with open_destination(url) as destination:
        columns = destination.columns(KEY.path)
        append(table, [(2, "placed", NOON, False)])
        assert destination.counts(KEY.path, columns).rows == 1
        assert destination.rows(KEY.path, columns, None).read_all().num_rows == 1


def test_missing_table_is_reported(bring, lake):
    with pytest.raises(TableMissing, match=r"no table shop_public\.orders"):
        bring(1)
    (lake / "shop_public" / "orders").mkdir(parents=True)
    with pytest.raises(TableMissing, match=r"no table shop_public\.orders"):
        bring(1)


def test_missing_folder_is_reported(tmp_path):
    with (
        pytest.raises(DestinationUnreachable, match="nothing here is not a directory"),
        open_destination(f"delta://{tmp_path}/nothing%20here"),
    ):
        pass


def test_missing_file_is_reported(table, bring):
    append(table, [(1, "placed", NOON, False)])
    for file in table.glob("*.parquet"):
        file.unlink()
    with pytest.raises(DestinationUnreachable, match="cannot be read"):
        bring(1)


def test_unreachable_storage_is_reported_without_credentials(monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "s3cret",
    }.items():
        monkeypatch.setenv(name, value)
    with (
        pytest.raises(DestinationUnreachable, match="s3://bucket/prefix cannot be read") as caught,
        open_destination("s3://bucket/prefix/") as destination,
    ):
        destination.columns(KEY.path)
    assert "s3cret" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_broken_log_is_reported(table, bring):
    append(table, [(1, "placed", NOON, False)])
    for file in (table / "_delta_log").glob("*.json"):
        file.write_text("{")
    with pytest.raises(DestinationUnreachable, match="cannot be read"):
        bring(1)


def test_unsupported_delta_feature_is_reported(table, bring):
    """Rows that a deletion vector takes away would otherwise be there."""
    append(table, [(1, "placed", NOON, False)])
    log = table / "_delta_log" / "00000000000000000001.json"
    log.write_text(
        '{"protocol":{"minReaderVersion":3,"minWriterVersion":7,'
        '"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}\n'
    )
    with pytest.raises(InvalidTable, match=r"shop_public\.orders .*deletionVectors"):
        bring(1)


SNAPSHOT_TYPES = {
    "BIGINT": pa.int64(),
    "VARCHAR": pa.string(),
    "DECIMAL(12,2)": pa.decimal128(12, 2),
    "TIMESTAMP WITH TIME ZONE": MOMENT,
    "BOOLEAN": pa.bool_(),
}


def test_changed_types_in_a_lake_are_published(api, lake, materialize, published, monkeypatch):
    url = lake.as_uri().replace("file:", "delta:")
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", url)
    for each in read_snapshot().tables:
        schema = pa.schema(
            [(column.name, SNAPSHOT_TYPES[column.type]) for column in expected_columns(each)]
        )
        write_deltalake(lake.joinpath(*each.key.path), schema.empty_table())
    run = materialize("fivetran")
    assert run.success, run.failure
    orders = lake / "shop_public" / "orders"
    changed = {"id": pa.string(), "amount": pa.float64(), "ordered_at": pa.timestamp("us")}
    schema = pa.schema(
        [
            field.with_type(changed.get(field.name, field.type))
            for field in DeltaTable(orders).to_pyarrow_table().schema
        ]
    )
    write_deltalake(orders, schema.empty_table(), mode="overwrite", schema_mode="overwrite")
    api.another_sync()
    run = materialize("fivetran")
    assert (
        "column id: expected BIGINT, found VARCHAR; "
        "column amount: expected DECIMAL(12,2), found DOUBLE; "
        "column ordered_at: expected TIMESTAMP WITH TIME ZONE, found TIMESTAMP."
    ) in run.message
    types = published.rows("select column_type from (describe shop_public.orders)")
    assert types[0] == ("BIGINT",)
