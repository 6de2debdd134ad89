"""What people see: the live table, the plain lines, the closing report."""

import io
import time

import pytest
from rich.console import Console

from environment import Environment
from platform_commands.board import Board, State
from platform_commands.display import LiveTable, PlainLines, board_table, display_of
from platform_commands.graph import Graph
from platform_commands.home import Home
from platform_commands.report import report


def page(*, terminal=False, width=120, height=40):
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=width, height=height, highlight=False
    )


@pytest.fixture
def board():
    board = Board.of([("shop/orders", "ingestion"), ("marts/daily", "marts"), ("ml/guess", "ml")])
    board["shop/orders"].started_at = time.time() - 2
    return board


def test_display_follows_the_kind_of_output(board):
    assert isinstance(display_of(board, page(terminal=True)), LiveTable)
    assert isinstance(display_of(board, page()), PlainLines)


def test_plain_lines_come_once_per_change(board):
    console = page()
    with PlainLines(board, console) as lines:
        lines.update()
        board["shop/orders"].state = State.RUNNING
        lines.update()
        lines.update()
        board["shop/orders"].state, board["shop/orders"].rows = State.DONE, 50_000
        board["shop/orders"].checks_passed = 4
        lines.update()
    told = console.file.getvalue().splitlines()
    assert len(told) == 2
    assert "running   shop/orders (ingestion)" in told[0]
    assert "50,000 rows" in told[1]
    assert "checks: 4 passed" in told[1]


def test_live_table_shows_every_state_and_partition_progress(board):
    board["marts/daily"].state = State.RUNNING
    board["marts/daily"].partitions, board["marts/daily"].partitions_done = 910, 17
    board["ml/guess"].state = State.SKIPPED
    console = page(terminal=True)
    with LiveTable(board, console):
        pass
    shown = console.file.getvalue()
    assert "waiting" in shown
    assert "running (17/910 partitions)" in shown
    assert "skipped" in shown


def test_table_of_more_assets_than_lines_keeps_what_runs_and_what_failed():
    board = Board.of((f"a/{number:03}", "x") for number in range(100))
    board["a/042"].state = State.RUNNING
    board["a/077"].state = State.FAILED
    for number in range(40):
        board[f"a/{number:03}"].state = State.DONE
    console = page()
    console.print(board_table(board, now=time.time(), lines=10))
    shown = console.file.getvalue()
    assert "a/042" in shown
    assert "a/077" in shown
    assert len(shown.splitlines()) <= 12
    assert "40 done not shown" in shown.replace("51 waiting, ", "")


def test_report_tells_failures_in_the_authors_words_with_run_and_command(board, tmp_path):
    board["shop/orders"].state = State.FAILED
    board["shop/orders"].reason = "The export answered 503 [gateway]. " * 10
    board["shop/orders"].run_id = "0b7f3c52-aaaa-bbbb-cccc-000000000000"
    board.skip({"marts/daily": "shop/orders", "ml/guess": "shop/orders"})
    console = page()
    home = Home(tmp_path, Environment(tmp_path, "ci"), tmp_path)
    report(console, board, home, Graph(), [])
    told = console.file.getvalue()
    assert "✗ shop/orders failed" in told
    assert "503 [gateway]" in told
    assert "platform log 0b7f3c52" in told
    assert "skipped: marts/daily, ml/guess (made from shop/orders, which failed)" in told
    assert max(len(line) for line in told.splitlines() if "503" in line) <= 110


def test_reason_of_several_lines_keeps_them_and_its_paths_whole(board, tmp_path):
    file = tmp_path / "a" / ("very-long-" * 12) / "orders.sql"
    console = page(width=160)
    with PlainLines(board, console) as lines:
        board["shop/orders"].state = State.FAILED
        board["shop/orders"].reason = (
            f"shop was not published:\n  - test a: Got 4 results\n    its SQL: {file}\n"
            "Readers keep the last published state."
        )
        lines.update()
    [line] = console.file.getvalue().splitlines()
    assert "- shop was not published: - test a: Got 4 results" in line
    console = page()
    report(console, board, Home(tmp_path, Environment(tmp_path, "ci"), tmp_path), Graph(), [])
    told = console.file.getvalue().splitlines()
    start = told.index("  shop was not published:")
    assert told[start + 1] == "    - test a: Got 4 results"
    assert any(line.strip() == str(file) for line in told[start + 2 : start + 4])
    assert "  Readers keep the last published state." in told
