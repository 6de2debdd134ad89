"""Several processes with one state directory, and processes that end during a sync."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from fivetran_local import LocalFivetran, serve
from fivetran_local.state import StateFile

from .conftest import DECLARATION, ApiClient

COMMAND = [str(Path(sys.executable).parent / "fivetran-local"), "serve"]


@contextmanager
def served_by_processes(count, config, state_dir, shop):
    """Start servers at the same time, the worst moment to create a state directory."""
    arguments = ["--config", config, "--state-dir", state_dir, "--variable", f"SHOP={shop.file}"]
    processes = [
        subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        yield [(process, ApiClient(server_of(process))) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()


def server_of(process) -> LocalFivetran:
    """Return the addresses that the command prints."""
    url = process.stdout.readline().split()[-1]
    key, _, secret = process.stdout.readline().split()[-3:]
    return LocalFivetran(url, key, secret, Path(process.stdout.readline().split()[-1]))


def test_command_stops_cleanly_on_sigint_and_sigterm(config, shop, tmp_path):
    with served_by_processes(2, config, tmp_path / "state", shop) as served:
        for (process, api), number in zip(served, (signal.SIGINT, signal.SIGTERM), strict=True):
            assert api.sync()["succeeded_at"]
            process.send_signal(number)
            assert process.wait(timeout=60) == 0


def test_command_reports_a_declaration_error_and_exits_with_2(tmp_path):
    arguments = [*COMMAND, "--config", tmp_path / "no.yaml", "--state-dir", tmp_path / "state"]
    finished = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "no.yaml: cannot be read" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_killed_process_leaves_no_running_sync_and_no_partial_table(config, shop, tmp_path):
    """The test holds the destination, so the sync is still waiting when its process is killed."""
    state_dir = tmp_path / "state"
    with served_by_processes(1, config, state_dir, shop) as [(process, api)]:
        api.sync()
        shop.execute("update orders set status = 'shipped', updated_at = '2025-01-01T00:00:00Z'")
        with duckdb.connect(str(api.server.destination)):
            api("POST", "connections/postgres/sync")
            assert api.data("connections/postgres")["status"]["sync_state"] == "syncing"
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    with serve(config, state_dir, variables={"SHOP": str(shop.file)}) as server:
        api = ApiClient(server)
        details = api.data("connections/postgres")
        assert details["status"]["sync_state"] == "scheduled"
        assert details["failed_at"] > details["succeeded_at"]
        assert "ended before the sync did" in details["status"]["tasks"][0]["details"]
        assert api.rows("select distinct status from shop_public.orders") == [("placed",)]
        assert api.sync()["succeeded_at"] > details["failed_at"]
        assert api.rows("select distinct status from shop_public.orders") == [("shipped",)]


def test_stopped_server_records_its_running_sync_as_failed(config, shop, tmp_path):
    with ExitStack() as serving:
        variables = {"SHOP": str(shop.file)}
        server = serving.enter_context(serve(config, tmp_path / "state", variables=variables))
        api = ApiClient(server)
        api.sync()
        with duckdb.connect(str(server.destination), read_only=True):
            api("POST", "connections/postgres/sync")
            serving.close()  # while the sync waits for the reader above
    runs = StateFile(tmp_path / "state").runs
    assert not runs.is_running("postgres")
    assert runs.latest("postgres", 1)[0].outcome == "failed"
    assert runs.latest("postgres", 1)[0].error == "The server was stopped during the sync."


def test_sync_waits_for_a_reader_and_then_succeeds(api, shop):
    api.sync()
    shop.add_order(101, "placed", "1.00", "2025-01-01T00:00:00Z")
    since = api.completed_at()
    with duckdb.connect(str(api.server.destination), read_only=True):
        api("POST", "connections/postgres/sync")
        assert api.data("connections/postgres")["status"]["sync_state"] == "syncing"
    assert api.wait(since)["succeeded_at"] > since
    assert api.rows("select count(*) from shop_public.orders") == [(101,)]


def test_force_restarts_a_running_sync_and_sync_does_not(api, tmp_path):
    api.sync()
    since = api.completed_at()
    runs = StateFile(tmp_path / "state").runs
    with duckdb.connect(str(api.server.destination), read_only=True):
        api("POST", "connections/postgres/sync")
        running = runs.latest("postgres", 1)[0]
        api("POST", "connections/postgres/sync")
        assert runs.latest("postgres", 1)[0] == running
        api("POST", "connections/postgres/sync", {"force": True})
        deadline = time.monotonic() + 60
        while runs.latest("postgres", 1)[0].id == running.id:
            assert time.monotonic() < deadline, "the sync was not restarted"
            time.sleep(0.01)
        assert runs.latest("postgres", 2)[1].outcome == "stopped"
        assert api.completed_at() == since
    assert api.wait(since)["failed_at"] is None


def test_four_processes_neither_lose_nor_duplicate_rows(shop, tmp_path):
    one = DECLARATION.partition("connectors:\n")[2]
    names = [f"c{i}" for i in range(4)]
    config = tmp_path / "four.yaml"
    config.write_text(
        "connectors:\n"
        + "".join(
            one.replace("id: postgres", f"id: {name}").replace("prefix: shop", f"prefix: {name}")
            for name in names
        )
    )
    state_dir = tmp_path / "state"
    rounds = 3
    with served_by_processes(4, config, state_dir, shop) as served:
        apis = [api for _, api in served]
        for number in range(1, rounds + 1):
            shop.add_order(1000 + number, "placed", "1.00", f"2025-01-01T00:00:{number:02}Z")
            since = {name: apis[0].completed_at(name) for name in names}
            for api, name in zip(apis, names, strict=True):
                assert api("POST", f"connections/{name}/force").status_code == 200
            for api, name in zip(apis, names, strict=True):
                assert api.wait(since[name], name)["failed_at"] is None
        for name in names:
            assert apis[0].rows(
                f"select count(*), count(distinct id) from {name}_public.orders"
            ) == [(100 + rounds, 100 + rounds)]
    runs = StateFile(state_dir).runs
    for name in names:
        assert [run.outcome for run in runs.latest(name, 100)] == ["succeeded"] * rounds
        assert sum(run.upserted for run in runs.latest(name, 100)) == 110 + rounds


def test_state_of_an_older_version_is_deleted_and_rows_are_kept(config, shop, tmp_path):
    variables = {"SHOP": str(shop.file)}
    with serve(config, tmp_path / "state", variables=variables) as server:
        ApiClient(server).sync()
    with sqlite3.connect(tmp_path / "state" / "state.sqlite") as connection:
        connection.execute("alter table connections drop column rescheduled_for")
        connection.execute("pragma user_version = 1")
    connection.close()
    with serve(config, tmp_path / "state", variables=variables) as server:
        api = ApiClient(server)
        assert api.data("connections/postgres")["succeeded_at"] is None
        assert api.sync()["succeeded_at"]
        assert api.rows("select count(*), count(distinct id) from shop_public.orders") == [
            (100, 100)
        ]
