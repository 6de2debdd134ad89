"""Facts of a code location that the workspace lists as a running server."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_lineage.extract.probe.inspection import inspect_location
from dagster_lineage.extract.workspace import find_locations

SERVED = """
import dagster as dg


@dg.asset(
    key=["served", "table"],
    deps=[["raw", "table"], ["declared", "table"]],
    owners=["team:served"],
    kinds={"python"},
    metadata={"dagster/table_name": "db.served.table"},
    partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
    automation_condition=dg.AutomationCondition.eager(),
)
def table(): ...


@dg.asset_check(asset=table, blocking=True)
def has_rows(): ...


job = dg.define_asset_job("nightly", selection=dg.AssetSelection.assets(table))
defs = dg.Definitions(
    assets=[table, dg.AssetSpec(["declared", "table"])],
    asset_checks=[has_rows],
    jobs=[job],
    schedules=[dg.ScheduleDefinition("at_two", job=job, cron_schedule="0 2 * * *")],
)
"""


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[str]:
    """Socket of a real code server in a separate process."""
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._grpc.client import DagsterGrpcClient

    (tmp_path / "served.py").write_text(SERVED)
    # Not in `tmp_path`: the path of a socket has at most about a hundred characters.
    with tempfile.TemporaryDirectory() as short:
        socket = f"{short}/code.sock"
        log = tmp_path / "server.log"
        with log.open("wb") as output:
            served = ["api", "grpc", "--python-file", "served.py", "--socket", socket]
            server = subprocess.Popen(
                [sys.executable, "-m", "dagster", *served],
                cwd=tmp_path,
                stdout=output,
                stderr=output,
            )
        try:
            client = DagsterGrpcClient(socket=socket)
            deadline = time.monotonic() + 60
            while True:
                try:
                    client.ping("up")
                    break
                except DagsterUserCodeUnreachableError:
                    assert server.poll() is None, log.read_text()
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.1)
            yield socket
        finally:
            # Killed, because an orderly shutdown takes long on a busy machine.
            server.kill()
            server.wait()


def test_running_server_reports_assets_checks_and_jobs(socket: str, tmp_path: Path):
    (tmp_path / "workspace.yaml").write_text(
        f"load_from:\n- grpc_server: {{socket: {socket}, location_name: served}}\n"
    )
    (entry,) = find_locations(tmp_path)
    facts = inspect_location(entry, copies=tmp_path, timeout_s=60)
    assert facts.error == ""
    declared, raw, table = facts.assets
    assert (declared.key, declared.executable, declared.stub) == ("declared/table", False, False)
    assert (raw.key, raw.executable, raw.stub) == ("raw/table", False, True)
    assert (table.key, table.executable) == ("served/table", True)
    assert [one.key for one in table.dependencies] == ["declared/table", "raw/table"]
    assert table.owners == ("team:served",)
    assert (table.relation, table.automation) == ("db.served.table", "eager")
    assert table.partitions
    assert (table.partitions.kind, table.partitions.cron) == ("time", "0 0 * * *")
    assert [(one.name, one.asset, one.blocking) for one in facts.checks] == [
        ("has_rows", "served/table", True)
    ]
    assert [(one.kind, one.name, one.cron, one.targets) for one in facts.jobs] == [
        ("job", "nightly", "", ("served/table",)),
        ("schedule", "at_two", "0 2 * * *", ("served/table",)),
    ]
    assert "does not report lines of code" in facts.notes[0]
