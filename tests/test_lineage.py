"""The interface graph of this repository, from the committed interfaces."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_lineage.api import LineageGraph, depends_on, read_graph


@pytest.fixture(scope="module")
def graph(root) -> LineageGraph:
    return read_graph(root)


@pytest.mark.parametrize("column", ["forecast_date", "predicted_orders"])
def test_forecast_is_traced_to_fivetran_columns(graph, column):
    found = depends_on(graph, "ml/predicted_orders", column)
    assert "marts/daily_order_summary#order_date" in found
    assert "shop_public/orders#ordered_at" in found


def test_number_of_orders_is_derived_from_the_status_filter(graph):
    assert "shop_public/orders#status" in depends_on(
        graph, "ml/predicted_orders", "predicted_orders"
    )


def test_every_column_with_foreign_readers_has_a_type(graph):
    unknown = [
        (edge.read.key, column)
        for edge in graph.foreign_edges
        for column in edge.read.columns or ()
        if not graph.producer(edge.read.key).asset.columns[column].type
    ]
    assert unknown == []


def test_nothing_is_unknown_in_this_repository(graph):
    assert {where.project: where.interface.unknown for where in graph.located} == {
        "ingestion": (),
        "jaffle_dbt": (),
        "marts_dbt": (),
        "ml": (),
    }
    assert all(edge.read.columns for edge in graph.foreign_edges)


def test_readers_declare_the_type_of_every_foreign_column(graph):
    """A changed type is reported only if a reader declares the old one."""
    undeclared = []
    for edge in graph.foreign_edges:
        source = graph.source_of(edge.where, edge.read)
        declared = source.columns if source else edge.read.expects
        undeclared += [
            (edge.reader.key, edge.read.key, column)
            for column in edge.read.columns
            if column not in declared or not declared[column].type
        ]
    assert undeclared == []


def test_check_imports_no_framework(root):
    code = (
        "import sys; from dagster_lineage.cli.main import main; code = main(['check'])\n"
        "heavy = {'dagster', 'dbt', 'sqlglot', 'jinja2', 'duckdb', 'pandas', 'yaml'}\n"
        "print(code, sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_only_public_modules_are_imported(root):
    """Covers tests and tools, which import-linter does not check. Benchmarks measure internals."""
    public = {"dagster_lineage.api", "dagster_lineage.definitions"}
    folders = [root / "tests", root / "tools", *root.glob("projects/*/*"), *root.glob("libs/*/*")]
    files = [
        file
        for folder in folders
        if not folder.is_relative_to(root / "libs/dagster-lineage") and folder.name != ".venv"
        for file in folder.rglob("*.py")
    ]
    imported = {
        (str(file.relative_to(root)), node.module)
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dagster_lineage")
    }
    assert imported
    assert {(file, module) for file, module in imported if module not in public} == set()


def test_mistyped_source_key_is_reported_with_file_line_owner_and_suggestion(root, tmp_path):
    """End to end, with dbt: edit, parse, lock, check."""
    for name in ("pyproject.toml", "workspace.yaml", "projects"):
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, tmp_path / name)
    sources = tmp_path / "projects/marts_dbt/models/staging/_sources.yml"
    text = sources.read_text()
    wrong = text.replace("asset_key: [jaffle, orders]", "asset_key: [jaffle, orderz]")
    assert wrong != text
    sources.write_text(wrong)
    line = wrong[: wrong.index("orderz")].count("\n") + 1
    paths = [str(folder) for folder in sorted(tmp_path.glob("projects/*/src"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    for command in (
        ["dbt-manifest", "build", "projects/jaffle_dbt", "projects/marts_dbt"],
        ["lineage", "check", "--fresh"],
    ):
        done = subprocess.run(
            [shutil.which(command[0], path=str(Path(sys.executable).parent)), *command[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"projects/marts_dbt/models/staging/_sources.yml:{line}" in done.stdout
    assert "Did you mean `jaffle/orders`?" in done.stdout
    assert "team:finance" in done.stdout
    assert "team:analytics_engineering" in done.stdout
