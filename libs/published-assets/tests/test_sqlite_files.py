"""Open SQLite files: several processes, a killed one, a forked one, a deleted file."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage

from published_assets.event_batches import BatchedSqliteEventLogStorage
from published_assets.run_storage import OpenSqliteRunStorage
from published_assets.sqlite_engines import MAX_ENGINES, SqliteEngines

RUN = "7a9f2d3e-0000-4000-8000-000000000000"
WRITER = """
    import os, sys
    import dagster as dg
    from published_assets.event_batches import BatchedSqliteEventLogStorage

    folder, run_id, name, number, end = sys.argv[1:]
    storage = BatchedSqliteEventLogStorage(folder)
    for at in range(int(number)):
        text = f"{name} {at}"
        event = dg.EventLogEntry(
            error_info=None, level=20, user_message=text, run_id=run_id, timestamp=float(at)
        )
        if at % 2:
            storage.store_event_batch([event])
        else:
            storage.store_event(event)
        print(at, flush=True)
    if end == "wait":
        sys.stdin.read()
"""


def message(text, run_id=RUN):
    return dg.EventLogEntry(
        error_info=None, level=20, user_message=text, run_id=run_id, timestamp=1.0
    )


def messages(storage, run_id=RUN):
    return [event.user_message for event in storage.get_logs_for_run(run_id)]


def writer(folder, name, number, end="exit"):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(folder), RUN, name, str(number), end],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def storage(tmp_path):
    storage = BatchedSqliteEventLogStorage(str(tmp_path / "runs"))
    yield storage
    storage.dispose()


def test_two_processes_write_the_events_of_one_run(tmp_path, storage):
    writers = [writer(tmp_path / "runs", name, 50) for name in ("a", "b")]
    for process in writers:
        process.communicate(timeout=120)
        assert process.returncode == 0
    found = messages(storage)
    assert sorted(found) == sorted(f"{name} {at}" for name in ("a", "b") for at in range(50))
    assert [one for one in found if one[0] == "a"] == [f"a {at}" for at in range(50)]


def test_killed_process_loses_no_event_that_was_stored(tmp_path, storage):
    process = writer(tmp_path / "runs", "a", 10_000, "wait")
    stored = [int(process.stdout.readline()) for _ in range(40)]
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    found = messages(storage)
    assert found[: len(stored)] == [f"a {at}" for at in stored]
    storage.store_event(message("after"))
    assert messages(storage)[-1] == "after"


def test_forked_process_uses_its_own_connections(storage):
    storage.store_event(message("parent"))
    child = os.fork()
    if child == 0:
        storage.store_event(message("child"))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    storage.store_event(message("parent again"))
    assert messages(storage) == ["parent", "child", "parent again"]


def test_files_that_another_process_deleted_are_created_again(tmp_path, storage):
    storage.store_event(message("before"))
    other = BatchedSqliteEventLogStorage(str(tmp_path / "runs"))
    other.wipe()
    storage.store_event(message("after"))
    assert messages(storage) == ["after"]
    assert messages(other) == ["after"]
    other.dispose()


def test_number_of_open_files_is_limited(tmp_path, storage):
    for number in range(MAX_ENGINES + 20):
        storage.store_event(message("one", f"run-{number}"))
    opened = {file.resolve() for file in Path("/proc/self/fd").iterdir()}
    files = {file for file in opened if file.suffix == ".db" and file.is_relative_to(tmp_path)}
    assert 0 < len(files) <= MAX_ENGINES
    assert messages(storage, "run-0") == ["one"]


def test_file_of_a_new_run_has_the_tables_of_dagsters(tmp_path, storage):
    for run_id in ("first", "second"):
        storage.store_event(message("one", run_id))
    kinds = {file.suffix for file in (tmp_path / "runs").iterdir()}
    assert kinds <= {".db", ".db-wal", ".db-shm"}
    stock = SqliteEventLogStorage(str(tmp_path / "stock"))
    stock.store_event(message("one", "second"))
    assert schema_of(tmp_path / "runs" / "second.db") == schema_of(tmp_path / "stock" / "second.db")


def schema_of(file):
    with sqlite3.connect(file) as connection:
        tables = connection.execute("select name, sql from sqlite_master order by 1").fetchall()
        revision = connection.execute("select * from alembic_version").fetchall()
        (mode,) = connection.execute("pragma journal_mode").fetchone()
    return tables, revision, mode


def test_runs_are_the_same_rows_as_in_dagsters_storage(tmp_path):
    rows = []
    for kind, folder in ((SqliteRunStorage, "stock"), (OpenSqliteRunStorage, "open")):
        storage = kind.from_local(str(tmp_path / folder))
        run = dg.DagsterRun(job_name="job", run_id=RUN, tags={"team": "ml"})
        storage.add_run(run)
        storage.add_run_tags(RUN, {"more": "yes"})
        assert storage.get_runs()[0].tags == {"team": "ml", "more": "yes"}
        storage.dispose()
        with sqlite3.connect(tmp_path / folder / "runs.db") as connection:
            rows.append(
                (
                    connection.execute("select run_id, pipeline_name, status from runs").fetchall(),
                    connection.execute("select key, value from run_tags order by 1").fetchall(),
                    connection.execute("select name, sql from sqlite_master order by 1").fetchall(),
                )
            )
    assert rows[0] == rows[1]


def test_threads_share_the_engine_of_a_file(tmp_path):
    engines = SqliteEngines()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(engines.engine, [str(tmp_path / "one.db")] * 200))
    assert len(set(map(id, found))) == 1
    engines.dispose()
