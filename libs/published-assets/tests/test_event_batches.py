"""Batched events leave the same rows as events that are stored one by one."""

import logging
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._check import CheckError
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from published_assets.event_batches import BatchedSqliteEventLogStorage
from published_assets.run_storage import OpenSqliteRunStorage

INSTANCE_FILE = Path(__file__).parents[3] / "dagster.yaml"
DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-08")


RANGE = {
    "dagster/asset_partition_range_start": "2026-01-01",
    "dagster/asset_partition_range_end": "2026-01-07",
}


@dg.asset(
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    check_specs=[dg.AssetCheckSpec("complete", asset="daily")],
)
def daily():
    return dg.MaterializeResult(
        metadata={"rows": 3},
        tags={"kept": "yes"},
        check_results=[dg.AssetCheckResult(check_name="complete", passed=True)],
    )


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def other():
    return dg.MaterializeResult()


def rows_of(home, monkeypatch, *, batches):
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "5" if batches else "0")
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE_FILE.read_text() if batches else "")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    logging.disable(logging.CRITICAL)
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home))) as instance:
        storage = instance.event_log_storage
        assert isinstance(storage, SqliteEventLogStorage)
        assert isinstance(storage, BatchedSqliteEventLogStorage) is batches
        assert isinstance(instance.run_storage, OpenSqliteRunStorage) is batches
        result = dg.materialize(
            [daily, other],
            instance=instance,
            tags=RANGE,
        )
        logging.disable(logging.NOTSET)
        latest = instance.get_latest_materialization_event(daily.key)
        return {
            "events": [
                (entry.dagster_event_type, entry.step_key, entry.dagster_event.partition)
                for entry in instance.all_logs(result.run_id)
                if entry.is_dagster_event
            ],
            "partitions": sorted(instance.get_materialized_partitions(daily.key)),
            "latest": latest.asset_materialization.partition,
            "index": rows_of_index(home),
            "tags": latest.asset_materialization.tags["kept"],
            "in the index": len(instance.fetch_materializations(daily.key, limit=99).records),
            "files": sorted(
                str(file.relative_to(home)).replace(result.run_id, "RUN")
                for file in home.rglob("*.db")
            ),
            "status": instance.get_run_by_id(result.run_id).status,
        }


def rows_of_index(home):
    """Return the rows of assets and events in the index, without run ids, times and payloads."""
    with sqlite3.connect(home / "history" / "runs" / "index.db") as index:
        return {
            "events": index.execute("""
                select id, dagster_event_type, step_key, asset_key, partition from event_logs
            """).fetchall(),
            "tags": index.execute("""
                select event_id, asset_key, key, value from asset_event_tags where key = 'kept'
            """).fetchall(),
            "assets": index.execute("""
                select
                    assets.asset_key,
                    json_extract(assets.last_materialization, '$.storage_id'),
                    assets.last_run_id = events.run_id,
                    assets.last_materialization_timestamp = events.timestamp
                from asset_keys as assets
                inner join event_logs as events
                    on json_extract(assets.last_materialization, '$.storage_id') = events.id
                order by 1
            """).fetchall(),
        }


def test_batches_leave_the_same_rows_as_dagsters_storage(tmp_path, monkeypatch):
    plain = rows_of(tmp_path / "plain", monkeypatch, batches=False)
    batched = rows_of(tmp_path / "batched", monkeypatch, batches=True)
    assert batched == plain
    assert plain["in the index"] == 7
    assert len(plain["index"]["assets"]) == 2


def test_check_of_a_range_has_one_row_that_its_result_updates(tmp_path, monkeypatch):
    """Otherwise 10,000 executions of the check would stay planned."""
    rows_of(tmp_path / "home", monkeypatch, batches=True)
    with sqlite3.connect(tmp_path / "home" / "history" / "runs" / "index.db") as index:
        found = index.execute("select partition, execution_status from asset_check_executions")
        assert found.fetchall() == [(None, "SUCCEEDED")]


def test_batch_with_a_failing_event_stores_nothing(tmp_path):
    storage = BatchedSqliteEventLogStorage(str(tmp_path))
    run_id = "7a9f2d3e-0000-4000-8000-000000000000"
    good = dg.EventLogEntry(
        error_info=None, level=20, user_message="hello", run_id=run_id, timestamp=1.0
    )
    with pytest.raises(CheckError):
        storage.store_event_batch(
            [good, good, SimpleNamespace(run_id=run_id, is_dagster_event=False)]
        )
    assert storage.get_logs_for_run(run_id) == []
    storage.store_event_batch([good, good])
    assert len(storage.get_logs_for_run(run_id)) == 2
