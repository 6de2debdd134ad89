"""Commands that only read interfaces import no framework."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["impact", "diff", "affected"])
def test_command_imports_no_framework(command, shop):
    """Python files are unchanged, so that grimp is not imported either."""
    arguments = ["raw.customers.id"] if command == "impact" else ["--base", "main"]
    code = (
        "import sys\n"
        "from dagster_lineage.cli.main import main\n"
        f"main({[command, *arguments, '--root', str(shop.root)]!r})\n"
        "heavy = {'dagster', 'dbt', 'sqlglot', 'jinja2', 'grimp', 'duckdb', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # One dbt project of the fixture sets its model paths, so its YAML is parsed.
    assert done.stdout.splitlines()[-1] == ("['yaml']" if command == "affected" else "[]")
