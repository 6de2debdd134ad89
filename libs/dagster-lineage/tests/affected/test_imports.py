"""The readers of interfaces start fast and anywhere: they load no framework."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["impact", "diff", "affected"])
def test_a_reader_loads_no_framework(command, shop):
    """Not even while it runs; grimp, too, only where Python files changed."""
    arguments = ["raw.customers.id"] if command == "impact" else ["--base", "main"]
    code = (
        "import sys\n"
        "from dagster_lineage.cli.main import main\n"
        f"main({[command, *arguments, '--root', str(shop.root)]!r})\n"
        "heavy = {'dagster', 'dbt', 'sqlglot', 'jinja2', 'grimp', 'duckdb', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # One dbt project of the repository has a folder of its own, which its YAML tells.
    assert done.stdout.splitlines()[-1] == ("['yaml']" if command == "affected" else "[]")
