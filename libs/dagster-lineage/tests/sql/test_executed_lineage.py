"""Origins of columns, compared with the output columns that change when DuckDB executes a query.

`benchmarks/executed_lineage.py` does the same with hundreds of random queries.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from benchmarks.executed import execution
from benchmarks.executed.execution import Query, compared
from benchmarks.executed.tables import create
from benchmarks.executed_lineage import compare_random

from dagster_lineage.extract.sql import Schema
from dagster_lineage.extract.sql.trace import OutputColumn, Trace, trace_query


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create(connection)
        yield connection


def test_every_column_that_changes_has_the_perturbed_column_as_origin() -> None:
    results, rejected = compare_random(queries=40, seed=7)

    assert [problem for one in results for problem in one.problems] == []
    assert rejected < 8
    assert sum(one.columns for one in results) > 200
    assert sum(one.claims for one in results) > 200


def test_missing_origin_is_reported(
    engine: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(sql: str, dialect: str, schema: Schema) -> Trace:
        trace = trace_query(sql, dialect, schema)
        first, *others = trace.columns
        return Trace((OutputColumn(first.name), *others), columns_known=True)

    monkeypatch.setattr(execution, "trace_query", forgetful)

    result = compared(engine, Query("select amount + 1 as more, fee from payments"))

    assert result.problems == ["more changes with payments.amount, which is not an origin: []"]


def test_columns_that_decide_the_rows_are_not_compared(engine: duckdb.DuckDBPyConnection) -> None:
    sql = "select sum(amount) as total from payments where not refunded"

    assert compared(engine, Query(sql, frozenset({"payments.refunded"}))).problems == []
    assert len(compared(engine, Query(sql)).problems) == 1


def test_claim_that_never_changes_its_column_is_counted(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    result = compared(engine, Query("select amount - amount + fee as x from payments"))

    assert result.unchanged == []
    result = compared(engine, Query("select case when amount < 0 then fee end as x from payments"))
    assert "x: payments.fee" in result.unchanged
