"""Rows and values of files of every kind arrive in the destination."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from fivetran_local import SyncFault, serve
from fivetran_local.destinations.incoming_rows import incoming
from fivetran_local.destinations.target_table import TargetColumn, TargetTable
from fivetran_local.errors import SyncStoppedError
from fivetran_local.sources.source import FileRows

from .conftest import ApiClient

DECLARATION = """\
connectors:
  - id: drop
    service: s3
    schema: landing
    source: {kind: files, path: files}
    tables:
      people: {primary_key: [id]}
      events: {primary_key: [id], high_water_mark: at}
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "people.csv").write_text(
        'id,fullName,born\n1,Zoë Ångström,1990-02-03\n2,"O\'Hara, Kim",\n'
    )
    events = folder / "events"
    events.mkdir()
    (events / "1.jsonl").write_text('{"id": 1, "at": "2024-01-01T00:00:00Z", "tags": ["a", "b"]}\n')
    duckdb.sql(
        "copy (select 18446744073709551615::ubigint as u, 1.25::decimal(9,4) as d,"
        " '\\x00\\xFF'::blob as b, timestamptz '2024-01-01 12:00:00+02' as t,"
        " {'x': [1, null]} as nested, null::int as n)"
        f" to '{folder / 'types.parquet'}'"
    )
    return folder


@pytest.fixture
def landing(folder, tmp_path):
    (tmp_path / "connectors.yaml").write_text(DECLARATION)
    with serve(tmp_path / "connectors.yaml", tmp_path / "state") as server:
        yield ApiClient(server)


def test_files_of_every_kind_arrive_with_their_types(landing):
    assert landing.sync(id_="drop")["status"]["tasks"] == []
    assert landing.rows("select id, full_name, born from landing.people order by id") == [
        (1, "Zoë Ångström", date(1990, 2, 3)),
        (2, "O'Hara, Kim", None),
    ]
    assert landing.rows("select id, tags::varchar from landing.events") == [(1, '["a","b"]')]
    assert landing.rows("select u, d, b, t, nested::varchar, n from landing.types") == [
        (
            Decimal(18446744073709551615),
            Decimal("1.2500"),
            b"\x00\xff",
            datetime(2024, 1, 1, 10, tzinfo=UTC),
            '{"x":[1,null]}',
            None,
        )
    ]


def test_changed_and_removed_lines_and_new_files_of_a_table_arrive(landing, folder):
    landing.sync(id_="drop")
    (folder / "people.csv").write_text("id,fullName,born\n2,Kim O'Hara,2000-01-01\n")
    (folder / "events" / "2.jsonl").write_text(
        '{"id": 2, "at": "2024-01-02T00:00:00Z", "tags": []}\n'
    )
    landing.sync(id_="drop")
    assert landing.rows(
        "select id, full_name, _fivetran_deleted from landing.people order by id"
    ) == [
        (1, "Zoë Ångström", True),
        (2, "Kim O'Hara", False),
    ]
    assert landing.rows("select id from landing.events order by id") == [(1,), (2,)]


def test_column_is_widened_for_new_values_and_keeps_its_rows(landing, folder):
    landing.sync(id_="drop")
    (folder / "people.csv").write_text("id,fullName,born\n1,Zoë,1990-02-03\nx7,Bot,unknown\n")
    assert landing.sync(id_="drop")["status"]["tasks"] == []
    assert landing.rows("select id, born from landing.people order by id") == [
        ("1", "1990-02-03"),
        ("2", None),
        ("x7", "unknown"),
    ]


def test_duplicate_key_fails_the_sync_and_is_reported(landing, folder):
    (folder / "people.csv").write_text("id,fullName,born\n1,A,\n1,B,\n")
    details = landing.sync(id_="drop")["status"]["tasks"][0]["details"]
    assert "landing.people: 2 rows have the key (id) = (1)" in details


def test_two_files_for_one_table_and_corrupt_files_are_reported(landing, folder):
    (folder / "people.json").write_text("[]")
    assert "table 'people'" in landing.sync(id_="drop")["status"]["tasks"][0]["details"]
    (folder / "people.json").unlink()
    (folder / "types.parquet").write_bytes(b"not parquet")
    assert "types.parquet" in landing.sync(id_="drop")["status"]["tasks"][0]["details"]


def test_partly_corrupt_file_is_reported_and_none_of_its_rows_is_written(landing, folder):
    file = folder / "people.parquet"
    (folder / "people.csv").unlink()
    duckdb.sql(f"copy (select range as id, md5(range::text) as m from range(9999)) to '{file}'")
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes(1000) + whole[1100:])
    details = landing.sync(id_="drop")["status"]["tasks"][0]["details"]
    assert "people.parquet" in details
    assert landing.rows("select * from information_schema.tables") == []
    file.write_bytes(whole)
    landing.sync(id_="drop")
    assert landing.rows("select count(*) from landing.people") == [(9999,)]


def test_fault_script_counts_rows_of_files(folder, tmp_path):
    (tmp_path / "connectors.yaml").write_text(DECLARATION)
    fault = SyncFault(sync="drop", fail_after_rows=2)
    with serve(tmp_path / "connectors.yaml", tmp_path / "state", faults=[fault]) as server:
        api = ApiClient(server)
        details = api.sync(id_="drop")["status"]["tasks"][0]["details"]
        assert "failed after 2 rows" in details
        assert api.sync(id_="drop")["status"]["tasks"] == []
        assert api.rows("select count(*) from landing.people") == [(2,)]


def test_stopped_sync_does_not_read_files_to_their_end():
    endless = FileRows("select range as id from range(1000000000000)", ("id",), ())
    table = TargetTable("landing", "endless", (TargetColumn("id", "id", "BIGINT"),), ("id",), True)

    def stop():
        raise SyncStoppedError

    with duckdb.connect() as connection:
        with (
            pytest.raises(SyncStoppedError),
            incoming(connection, table, endless, stop) as query,
        ):
            connection.execute(f"select sum(hash(id)) from ({query})")
        assert connection.execute("select 1").fetchall() == [(1,)]
