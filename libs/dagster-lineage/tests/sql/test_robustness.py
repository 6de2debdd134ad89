"""No text makes the tracer fail or hang."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_lineage.extract.sql import Schema
from dagster_lineage.extract.sql.trace import trace_query

DEEP = {
    "conjunction": "select a from t where " + " and ".join(f"c{i} = 1" for i in range(2000)),
    "sum": "select " + " + ".join(["a"] * 2000) + " as s from t",
    "concatenation": "select " + " || ".join(["a"] * 2000) + " as s from t",
    "union": " union all ".join(f"select a from t{i}" for i in range(300)),
}
VOCABULARY = """
select from where join using ( ) , . * as with a b t u group by order over union all case when then
end exists in lateral unnest pivot exclude qualify 1 'x' "Q" :: cast values
"""
WORDS = st.sampled_from(VOCABULARY.split())


@pytest.mark.parametrize("sql", DEEP.values(), ids=DEEP)
def test_long_chains_are_read(sql: str) -> None:
    trace = trace_query(sql, "duckdb", Schema())

    assert trace.problems == ()
    assert trace.columns[0].derived_from


@pytest.mark.parametrize(
    "sql",
    [
        "select " + "(" * 5000 + "a" + ")" * 5000 + " as x from t",
        "select * from (" * 500 + "select a from t" + ") as x" * 500,
    ],
)
def test_too_deep_nesting_is_reported(sql: str) -> None:
    assert "nested too deeply" in trace_query(sql, "duckdb", Schema()).problems[0]


@given(words=st.lists(WORDS, max_size=25))
@settings(max_examples=300, deadline=None)
def test_words_in_any_order_never_raise(words: list[str]) -> None:
    trace = trace_query(" ".join(words), "duckdb", Schema())

    assert trace.columns_known or trace.problems


@given(text=st.text(alphabet=string.printable, max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_never_raises(text: str) -> None:
    trace = trace_query(text, "snowflake", Schema())

    assert trace.columns_known or trace.problems


def test_relations_are_found_without_a_schema() -> None:
    sql = "with a as (select * from x.y) select * from a join b on exists (select 1 from c.d.e)"

    trace = trace_query(sql, "duckdb", Schema())

    assert [str(relation) for relation in trace.reads] == ["b", "x.y", "c.d.e"]
