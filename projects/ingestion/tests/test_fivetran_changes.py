"""What changed at the destination reaches the work file: every row, once, and no less."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import dagster as dg
import duckdb
import pytest

from ingestion.fivetran.errors import InvalidTable, TableMissing
from ingestion.fivetran.snapshot import SnapshotTable
from ingestion.fivetran.table_import import import_tables
from warehouse import Warehouse

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEY = dg.AssetKey(["shop_public", "orders"])


FOREVER = "timestamptz '9999-12-31 23:59:59.999Z'"
DIFFERED = "rows or deletions differed after the import of changed rows"


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def stamp(minutes):
    return f"timestamptz '{at(minutes).isoformat()}'"


@pytest.fixture
def destination(destination):
    """The same three orders, in a table with few columns."""
    destination.execute(
        "create or replace table shop_public.orders as select id, status, amount, "
        "_fivetran_synced, _fivetran_deleted from shop_public.orders"
    )
    return destination


@pytest.fixture
def bring(destination):
    """Import the orders as after a sync that ended `minutes` after noon; say what it did."""

    def run(minutes, *, key=("id",), then=None):
        table = SnapshotTable(KEY, "public.orders", key, keeps_history=False, columns=())
        with Warehouse("ingestion").open_session() as session:
            imported = import_tables(session, destination.url, [table], at(minutes))[KEY]
            if then:
                then(session)
            session.publish()
        changes = imported.changes
        return imported.full_refresh_reason, (changes.added, changes.updated, changes.deleted)

    return run


@pytest.fixture
def same(destination, published):
    """The published table holds the destination's rows, no more and no fewer."""

    def check(columns="*"):
        query = f"select {columns} from shop_public.orders order by all"
        with duckdb.connect(str(destination.file), read_only=True) as connection:
            assert published.rows(query) == connection.execute(query).fetchall()

    return check


def test_only_changed_rows_are_imported(bring, destination, same):
    assert bring(1) == ("first import", (3, 0, 0))
    destination.execute(
        f"update shop_public.orders set status = 'shipped', _fivetran_synced = {stamp(2)} "
        "where id = 1",
        f"update shop_public.orders set _fivetran_deleted = true, _fivetran_synced = {stamp(2)} "
        "where id = 2",
        f"insert into shop_public.orders values (9, 'new', 1.25, {stamp(2)}, false)",
    )
    assert bring(3) == ("", (1, 1, 1))
    same()
    assert bring(4) == ("", (0, 0, 0))
    same()


def test_restored_row_is_imported(bring, destination, same):
    destination.execute("update shop_public.orders set _fivetran_deleted = true where id = 1")
    assert bring(1) == ("first import", (3, 0, 0))
    destination.execute(
        f"update shop_public.orders set _fivetran_deleted = false, _fivetran_synced = {stamp(2)} "
        "where id = 1"
    )
    assert bring(3) == ("", (0, 1, 0))
    same()


def test_row_with_an_earlier_time_is_not_lost(bring, destination, same):
    """A sync that ran while we read commits rows with stamps below those that we had seen."""
    destination.execute(f"insert into shop_public.orders values (9, 'seen', 1, {stamp(5)}, false)")
    assert bring(1) == ("first import", (4, 0, 0))
    destination.execute(f"insert into shop_public.orders values (10, 'late', 1, {stamp(4)}, false)")
    assert bring(6) == ("", (1, 0, 0))
    same()


def test_late_update_with_equal_counts_is_not_lost(bring, destination, same):
    destination.execute(f"insert into shop_public.orders values (9, 'seen', 1, {stamp(5)}, false)")
    bring(1)
    destination.execute(
        f"update shop_public.orders set status = 'late', _fivetran_synced = {stamp(4)} where id = 1"
    )
    assert bring(6) == ("", (0, 1, 0))
    same()


def test_deletions_without_a_new_time_are_found(bring, destination, same):
    """A full re-sync marks what it did not find again, and leaves `_fivetran_synced` alone."""
    bring(1)
    destination.execute("update shop_public.orders set _fivetran_deleted = true where id in (1, 3)")
    because, changes = bring(3)
    assert "counted" in because or "differed" in because
    assert changes == (0, 0, 2)
    same()


def test_rows_removed_from_the_destination_are_removed(bring, destination, same):
    bring(1)
    destination.execute("delete from shop_public.orders where id = 2")
    because, changes = bring(3)
    assert "differed" in because
    assert changes == (0, 0, 1)
    same()


def test_new_column_imports_the_whole_table(bring, destination, same):
    bring(1)
    destination.execute(
        "alter table shop_public.orders add column note varchar default 'old row'",
    )
    assert bring(3) == ("columns changed", (0, 0, 0))
    same()


def test_dropped_and_widened_columns_import_the_whole_table(bring, destination, same):
    bring(1)
    destination.execute("alter table shop_public.orders drop column status")
    assert bring(2)[0] == "columns changed"
    same()
    destination.execute("alter table shop_public.orders alter amount type decimal(20,4)")
    assert bring(3)[0] == "columns changed"
    same()
    destination.execute("alter table shop_public.orders alter id type varchar")
    assert bring(4) == ("columns changed", (0, 0, 0))
    same()


def test_deletion_column_may_be_added_later(bring, destination, same):
    destination.execute("alter table shop_public.orders drop column _fivetran_deleted")
    bring(1)
    destination.execute(
        "alter table shop_public.orders add column _fivetran_deleted boolean default false"
    )
    assert bring(2)[0] == "columns changed"
    same()


def test_table_without_a_key_is_imported_completely(bring, destination, same):
    assert bring(1, key=()) == ("first import", (3, 0, 0))
    destination.execute("insert into shop_public.orders from shop_public.orders where id = 1")
    assert bring(2, key=()) == ("no key", (1, 0, 0))
    same()


def test_fivetran_id_is_the_key_without_a_source_key(bring, destination, same):
    destination.execute("alter table shop_public.orders rename column id to _fivetran_id")
    bring(1, key=())
    destination.execute(f"insert into shop_public.orders values (9, 'new', 1, {stamp(2)}, false)")
    assert bring(3, key=()) == ("", (1, 0, 0))
    same()


def test_key_of_two_columns_is_matched_as_a_pair(bring, destination, same):
    bring(1, key=("id", "status"))
    destination.execute(
        f"insert into shop_public.orders values (1, 'other', 1, {stamp(2)}, false)",
        f"update shop_public.orders set amount = 2, _fivetran_synced = {stamp(2)} where id = 2",
    )
    assert bring(3, key=("id", "status")) == ("", (1, 1, 0))
    same()


def test_names_that_need_quoting_are_quoted(bring, destination, same):
    destination.execute(
        'alter table shop_public.orders rename column status to "sta""tus; drop"',
        'alter table shop_public.orders rename column id to "Id x"',
    )
    bring(1, key=("Id x",))
    destination.execute(f"insert into shop_public.orders values (9, 'new', 1, {stamp(2)}, false)")
    assert bring(3, key=("Id x",)) == ("", (1, 0, 0))
    same()


def test_empty_table_is_imported(bring, destination, same):
    destination.execute("delete from shop_public.orders")
    assert bring(1) == ("first import", (0, 0, 0))
    destination.execute(f"insert into shop_public.orders values (9, 'new', 1, {stamp(2)}, false)")
    assert bring(3)[1] == (1, 0, 0)
    same()


def test_repeated_key_is_an_error_and_keeps_the_work_file(bring, destination, published):
    bring(1)
    before = published.rows("from shop_public.orders order by id")
    destination.execute(f"insert into shop_public.orders values (1, 'twice', 1, {stamp(2)}, false)")
    destination.execute(
        f"insert into shop_public.orders values (1, 'thrice', 1, {stamp(2)}, false)"
    )
    with pytest.raises(InvalidTable, match=r"1 rows more than keys \(id\)"):
        bring(3)
    assert published.rows("from shop_public.orders order by id") == before


def test_one_bad_table_of_two_changes_neither(destination):
    good = SnapshotTable(KEY, "public.orders", ("id",), keeps_history=False, columns=())
    bad = SnapshotTable(
        dg.AssetKey(["shop_public", "nothing"]),
        "public.nothing",
        ("id",),
        keeps_history=False,
        columns=(),
    )
    with Warehouse("ingestion").open_session() as session:
        with pytest.raises(TableMissing, match=r"shop_public\.nothing"):
            import_tables(session, destination.url, [good, bad], at(1))
        assert session.connection.execute("select count(*) from duckdb_tables()").fetchall() == [
            (0,)
        ]


def test_changed_comment_imports_the_whole_table(bring, same):
    def forget(session):
        session.connection.execute("comment on table ingestion.shop_public.orders is 'mine'")

    bring(1, then=forget)
    assert bring(2) == ("end of the last import unknown", (0, 0, 0))
    same()


def test_file_may_be_named_like_a_schema(destination, bring, published, monkeypatch):
    renamed = destination.file.rename(destination.file.with_name("shop_public.duckdb"))
    monkeypatch.setattr(destination, "url", f"duckdb://{renamed}")
    assert bring(1)[1] == (3, 0, 0)
    assert bring(2)[1] == (0, 0, 0)
    assert published.rows("select count(*) from shop_public.orders") == [(3,)]


HOLD = """
import duckdb, sys, time
with duckdb.connect(sys.argv[1]):
    print("open", flush=True)
    time.sleep(0.5)
"""


def test_lock_of_another_process_is_waited_for(destination, bring, same):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(destination.file)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "open\n"
        assert bring(1)[1] == (3, 0, 0)
        assert writer.wait() == 0
    same()


def test_lock_of_this_process_is_waited_for(destination, bring, same):
    """DuckDB allows one mode per process and file: the local server's thread may have another."""
    writing = duckdb.connect(str(destination.file))
    closing = threading.Timer(0.3, writing.close)
    closing.start()
    assert bring(1)[1] == (3, 0, 0)
    closing.join()
    same()


@pytest.fixture
def history(destination, bring):
    """Orders in history mode, three versions of two orders, imported at minute 1."""
    destination.execute(
        """
        create or replace table shop_public.orders (
            id bigint, status varchar, _fivetran_active boolean, _fivetran_start timestamptz,
            _fivetran_end timestamptz, _fivetran_synced timestamptz)
        """,
        f"""
        insert into shop_public.orders values
            (1, 'placed', false, {stamp(-9)}, {stamp(-1)}, {stamp(-1)}),
            (1, 'paid', true, {stamp(-1)}, {FOREVER}, {stamp(-1)}),
            (2, 'placed', true, {stamp(-9)}, {FOREVER}, {stamp(-9)})
        """,
    )
    assert bring(1) == ("first import", (3, 0, 0))
    return destination


def test_every_history_mode_version_is_imported(bring, history, same):
    history.execute(
        f"update shop_public.orders set _fivetran_active = false, _fivetran_end = {stamp(2)}, "
        f"_fivetran_synced = {stamp(2)} where id = 1 and _fivetran_active",
        f"insert into shop_public.orders values "
        f"(1, 'sent', true, {stamp(2)}, {FOREVER}, {stamp(2)})",
    )
    assert bring(3) == ("", (1, 0, 1))
    same()


def test_delete_in_history_mode_without_a_new_time_is_found(bring, history, same):
    history.execute(
        f"update shop_public.orders set _fivetran_active = false, _fivetran_end = {stamp(2)} "
        "where id = 2",
    )
    assert bring(3) == (DIFFERED, (0, 0, 1))
    same()


def test_switch_to_history_mode_imports_the_whole_table(bring, destination, same):
    assert bring(1) == ("first import", (3, 0, 0))
    destination.execute(
        "alter table shop_public.orders rename to before",
        "create table shop_public.orders as select id, status, amount, not _fivetran_deleted as "
        "_fivetran_active, _fivetran_synced as _fivetran_start, "
        f"{FOREVER} as _fivetran_end, _fivetran_synced from shop_public.before",
    )
    because, _ = bring(2)
    assert because == "columns changed"
    same()
