"""Names and types of columns, compared with those that DuckDB reports for the same queries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_lineage.extract.sql import RelationName, Schema, Table
from dagster_lineage.extract.sql.trace import trace_query
from dagster_lineage.extract.sql.type_spelling import spelled

HERE = Path(__file__).parent
KNOWN = yaml.safe_load((HERE / "duckdb.yml").read_text(encoding="utf-8"))
TABLES: dict[str, dict[str, str]] = KNOWN["tables"]
SCHEMA = Schema(
    Table(RelationName("memory", "main", name), columns, complete=True)
    for name, columns in TABLES.items()
)
UNCERTAIN = set(KNOWN["unknown_types"])


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, columns in TABLES.items():
            listed = ", ".join(f'"{column}" {type_}' for column, type_ in columns.items())
            connection.execute(f"create table {name} ({listed})")
        yield connection


def described(engine: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, str]]:
    """Return name and type of each column, in lower case and without blanks after commas."""
    rows = engine.execute(f"describe {sql}").fetchall()
    return [(name, type_.lower().replace(", ", ",")) for name, type_, *_ in rows]


@pytest.mark.parametrize("sql", KNOWN["queries"])
def test_columns_of_a_query_are_those_that_duckdb_describes(
    engine: duckdb.DuckDBPyConnection, sql: str
) -> None:
    trace = trace_query(sql, "duckdb", SCHEMA)

    wanted = described(engine, sql)
    assert trace.columns_known, trace.problems
    assert [column.name for column in trace.columns] == [name for name, _ in wanted]
    for column, (_, type_) in zip(trace.columns, wanted, strict=True):
        assert column.type.replace(", ", ",") in (type_, ""), column.name


@pytest.mark.parametrize("expression", KNOWN["expressions"])
def test_type_of_an_expression_is_that_of_duckdb(
    engine: duckdb.DuckDBPyConnection, expression: str
) -> None:
    sql = f"select {expression} as x from t"

    (column,) = trace_query(sql, "duckdb", SCHEMA).columns

    ((_, type_),) = described(engine, sql)
    assert column.type.replace(", ", ",") == ("" if expression in UNCERTAIN else type_)


NUMBERS = st.sampled_from(["i", "b", "si", "h", "f", "d", "n", "n2", "1", "1000", "2.5", "0.01"])


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner)
    return st.one_of(
        pairs.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(inner, inner).map(lambda parts: f"coalesce({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner).map(lambda two: f"case when bo then {two[0]} else {two[1]} end"),
        inner.map(lambda one: f"sum({one}) over ()"),
        inner.map(lambda one: f"cast({one} as decimal(14, 3))"),
    )


@given(expression=st.recursive(NUMBERS, combined, max_leaves=5))
@settings(max_examples=150, deadline=None)
def test_type_of_arithmetic_is_unknown_or_that_of_duckdb(
    engine: duckdb.DuckDBPyConnection, expression: str
) -> None:
    sql = f"select {expression} as x from t"
    try:
        ((_, type_),) = described(engine, sql)
    except duckdb.Error:  # a decimal of more than 38 digits
        return

    (column,) = trace_query(sql, "duckdb", SCHEMA).columns

    assert column.type in (type_, "")


@pytest.mark.parametrize("type_", KNOWN["types"])
def test_types_are_spelled_as_duckdb_reports_them(
    engine: duckdb.DuckDBPyConnection, type_: str
) -> None:
    ((_, wanted),) = described(engine, f"select cast(null as {type_}) as x")

    assert spelled(type_, "duckdb").replace(", ", ",") == wanted
