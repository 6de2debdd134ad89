"""The output of `platform run`: live table, plain lines and report."""

import io
import time

import pytest
from rich.console import Console

from environment import Environment
from platform_commands.asset_graph import AssetGraph
from platform_commands.display import PlainLines, progress_display, progress_table
from platform_commands.progress import RunProgress, Status
from platform_commands.report import print_report

ASSETS = [("shop/orders", "ingestion"), ("marts/daily", "marts"), ("ml/guess", "ml")]
RUN_ID = "0b7f3c52-aaaa-bbbb-cccc-000000000000"


def page(*, terminal=False, width=120, height=40):
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=width, height=height, highlight=False
    )


@pytest.fixture
def progress():
    progress = RunProgress(ASSETS)
    progress["shop/orders"].started_at = time.time() - 2
    return progress


def report(progress, folder):
    console = page()
    print_report(console, progress, Environment(folder, "ci"), AssetGraph(), [])
    return console.file.getvalue()


def test_terminal_shows_a_live_table_and_a_file_gets_lines(progress):
    for terminal in (True, False):
        console = page(terminal=terminal)
        with progress_display(progress, console) as on_change:
            progress["shop/orders"].status = Status.RUNNING
            on_change()
            progress["shop/orders"].status = Status.WAITING
        assert ("code location" in console.file.getvalue()) == terminal
        assert ("running   shop/orders" in console.file.getvalue()) == (not terminal)


def test_plain_lines_are_printed_once_for_each_change(progress):
    console = page()
    lines = PlainLines(progress, console)
    lines.update()
    progress["shop/orders"].status = Status.RUNNING
    lines.update()
    lines.update()
    progress["shop/orders"].status, progress["shop/orders"].rows = Status.DONE, 50_000
    progress["shop/orders"].checks_passed = 4
    lines.update()
    running, done = console.file.getvalue().splitlines()
    assert "running   shop/orders (ingestion)" in running
    assert "50,000 rows" in done
    assert "checks: 4 passed" in done


def test_live_table_shows_every_status_and_partition_progress(progress):
    progress["marts/daily"].status = Status.RUNNING
    progress["marts/daily"].partitions, progress["marts/daily"].partitions_done = 910, 17
    progress["ml/guess"].status = Status.SKIPPED
    console = page(terminal=True)
    with progress_display(progress, console):
        pass
    shown = console.file.getvalue()
    assert "waiting" in shown
    assert "running (17/910 partitions)" in shown
    assert "skipped" in shown


def test_table_with_more_assets_than_lines_keeps_running_and_failed_ones():
    progress = RunProgress((f"a/{number:03}", "x") for number in range(100))
    progress["a/042"].status = Status.RUNNING
    progress["a/077"].status = Status.FAILED
    for number in range(40):
        progress[f"a/{number:03}"].status = Status.DONE
    console = page()
    console.print(progress_table(progress, now=time.time(), lines=10))
    shown = console.file.getvalue()
    assert "a/042" in shown
    assert "a/077" in shown
    assert len(shown.splitlines()) <= 12
    assert "51 waiting, 40 done not shown" in shown


def test_failure_names_asset_code_location_log_command_and_rerun_command(progress, tmp_path):
    progress["shop/orders"].status = Status.FAILED
    progress["shop/orders"].reason = "The export answered 503 [gateway]. " * 10
    progress["shop/orders"].run_id = RUN_ID
    progress.skip({"marts/daily": "shop/orders", "ml/guess": "shop/orders"})
    shown = report(progress, tmp_path)
    assert "✗ shop/orders failed (code location ingestion)" in shown
    assert "503 [gateway]" in shown
    assert "platform log 0b7f3c52" in shown
    assert f"/runs/{RUN_ID}" in shown
    assert "skipped: marts/daily, ml/guess (upstream shop/orders failed)" in shown
    assert "platform run --select 'key:\"shop/orders\"+'" in shown
    assert max(len(line) for line in shown.splitlines() if "503" in line) <= 110


def test_many_failures_are_rerun_by_code_location(tmp_path):
    progress = RunProgress((f"a/{number}", "shop") for number in range(9))
    for asset in progress.assets.values():
        asset.status, asset.run_id, asset.reason = Status.FAILED, RUN_ID, "No connection."
    shown = report(progress, tmp_path)
    assert "✗ a/0, a/1, a/2, a/3, a/4 and 4 more failed" in shown
    assert "platform run --select 'code_location:\"shop\"+'" in shown


def test_reason_of_several_lines_keeps_its_lines_and_complete_paths(progress, tmp_path):
    file = tmp_path / "a" / ("very-long-" * 12) / "orders.sql"
    console = page(width=160)
    lines = PlainLines(progress, console)
    progress["shop/orders"].status = Status.FAILED
    progress["shop/orders"].reason = (
        f"shop was not published:\n  - test a: Got 4 results\n    its SQL: {file}\n"
        "Readers keep the last published state."
    )
    lines.update()
    [line] = console.file.getvalue().splitlines()
    assert "- shop was not published: - test a: Got 4 results" in line
    shown = report(progress, tmp_path).splitlines()
    start = shown.index("  shop was not published:")
    assert shown[start + 1] == "    - test a: Got 4 results"
    assert any(line.strip() == str(file) for line in shown[start + 2 : start + 4])
    assert "  Readers keep the last published state." in shown


def test_report_names_the_checks_that_failed_without_blocking(progress, tmp_path):
    progress["shop/orders"].warnings = ['channel_is_known: channel: "kiosk" (12 rows)']
    assert (
        "! shop/orders: 1 check failed without blocking\n"
        '  channel_is_known: channel: "kiosk" (12 rows)\n'
    ) in report(progress, tmp_path)
