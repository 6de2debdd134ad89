"""Traces of the queries under `cases/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_lineage.extract.sql import RelationName, Schema, Table
from dagster_lineage.extract.sql.trace import Trace, trace_query

HERE = Path(__file__).parent
FIELDS = {"sql", "dialect", "columns", "types", "reads", "missing", "known", "problem"}


def shop() -> Schema:
    known = yaml.safe_load((HERE / "schema.yml").read_text(encoding="utf-8"))
    tables = []
    for name, columns in known.items():
        incomplete = columns.pop("incomplete", False)
        tables.append(Table(RelationName("db", "shop", name), columns, complete=not incomplete))
    return Schema(tables)


def cases() -> Iterator[Any]:
    for file in sorted((HERE / "cases").glob("*.yml")):
        for name, case in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            assert not set(case) - FIELDS, f"{file.name}: {name} has unknown fields"
            yield pytest.param(case, id=f"{file.stem}-{name}")


SCHEMA = shop()
CASES = list(cases())


def as_case(trace: Trace) -> dict[str, Any]:
    """Return a trace in the form of the cases."""
    columns = {}
    for column in trace.columns:
        origins = [f"{relation.table}.{name}" for relation, name in column.derived_from]
        columns[column.name] = f"={origins[0]}" if column.copy else origins
    return {
        "columns": columns,
        "types": {column.name: column.type for column in trace.columns},
        "reads": {
            relation.table: None if names is None else list(names)
            for relation, names in trace.reads.items()
        },
        "missing": missing(trace),
        "known": trace.columns_known,
    }


def missing(trace: Trace) -> dict[str, str]:
    """Return the columns that are read of a complete table which does not have them."""
    return {
        name: table.relation.table
        for relation, names in trace.reads.items()
        if (table := SCHEMA.find(relation)) is not None and table.complete
        for name in names or ()
        if name not in table.columns
    }


@pytest.mark.parametrize("case", CASES)
def test_query_has_the_trace_of_its_case(case: dict[str, Any]) -> None:
    trace = trace_query(case["sql"], case.get("dialect", "duckdb"), SCHEMA)

    got = as_case(trace)
    wanted = {name: case[name] for name in ("columns", "reads", "missing", "known") if name in case}
    assert {name: got[name] for name in wanted} == wanted, trace.problems
    if "columns" in case:
        assert list(got["columns"]) == list(case["columns"])
    for column, type_ in case.get("types", {}).items():
        assert got["types"][column] == type_
    if "problem" in case:
        assert any(case["problem"] in sentence for sentence in trace.problems), trace.problems


def test_every_supported_dialect_has_cases() -> None:
    dialects = {case.values[0].get("dialect", "duckdb") for case in CASES}
    assert len(CASES) >= 80
    assert dialects >= {
        *("duckdb", "spark", "databricks", "snowflake"),
        *("bigquery", "postgres", "redshift", "trino"),
    }
