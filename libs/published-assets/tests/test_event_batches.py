"""Batched events leave the same rows as events that are stored one by one."""

import logging
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._check import CheckError
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from published_assets.event_batches import BatchedSqliteEventLogStorage

INSTANCE_FILE = Path(__file__).parents[3] / "dagster.yaml"
DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-08")


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def daily():
    return dg.MaterializeResult(metadata={"rows": 3}, tags={"kept": "yes"})


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
        result = dg.materialize(
            [daily],
            instance=instance,
            tags={
                "dagster/asset_partition_range_start": "2026-01-01",
                "dagster/asset_partition_range_end": "2026-01-07",
            },
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
            "tags": latest.asset_materialization.tags["kept"],
            "in the index": len(instance.fetch_materializations(daily.key, limit=99).records),
            "files": sorted(
                str(file.relative_to(home)).replace(result.run_id, "RUN")
                for file in home.rglob("*.db")
            ),
            "status": instance.get_run_by_id(result.run_id).status,
        }


def test_batches_leave_the_same_rows_as_dagsters_storage(tmp_path, monkeypatch):
    plain = rows_of(tmp_path / "plain", monkeypatch, batches=False)
    batched = rows_of(tmp_path / "batched", monkeypatch, batches=True)
    assert batched == plain
    assert plain["in the index"] == 7


def test_batch_with_a_failing_event_stores_nothing(tmp_path):
    storage = BatchedSqliteEventLogStorage(str(tmp_path))
    run_id = "7a9f2d3e-0000-4000-8000-000000000000"
    good = dg.EventLogEntry(
        error_info=None, level=20, user_message="hello", run_id=run_id, timestamp=1.0
    )
    with pytest.raises(CheckError):
        storage.store_event_batch([good, good, SimpleNamespace(run_id=run_id)])
    assert storage.get_logs_for_run(run_id) == []
    storage.store_event_batch([good, good])
    assert len(storage.get_logs_for_run(run_id)) == 2
