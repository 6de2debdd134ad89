"""Nothing happens at import: `graphs` loads every code location without network and processes."""

import subprocess
import sys
from pathlib import Path

DESCRIBE = Path(__file__).with_name("describe_location.py")


def test_every_code_location_loads_with_an_empty_environment_and_no_network(graphs):
    assert sorted(graphs) == ["ingestion", "jaffle_dbt", "marts_dbt", "ml"]
    assert all(graphs.values())


def describe_module(folder, name, body):
    (folder / f"{name}.py").write_text(body)
    return subprocess.run(
        [sys.executable, str(DESCRIBE), name],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )


def test_guard_detects_network_processes_and_databases(tmp_path):
    """Without this, the test above could pass for the wrong reason."""
    for body, used in (
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "socket."),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import os; os.system('true')", "os.system"),
        ("import duckdb; duckdb.connect()", "opened the database"),
        ("import sqlite3; sqlite3.connect(':memory:')", "sqlite3.connect"),
    ):
        done = describe_module(tmp_path, "suspect", body)
        assert done.returncode != 0
        assert used in done.stderr
