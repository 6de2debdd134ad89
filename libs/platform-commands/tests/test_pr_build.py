"""Comparison of a branch's tables with those of its base."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from environment import Environment
from platform_commands.comparison_report import comparison_report
from platform_commands.pr_build import BaseMissing, link_publications
from platform_commands.table_comparison import TableComparison, compare
from warehouse import Warehouse

TABLE = ("marts", "orders")


def compared(before: str, after: str, key: tuple[str, ...] = ()) -> TableComparison:
    """Compare the results of two queries; an empty query creates no table."""
    with closing(duckdb.connect(":memory:")) as connection:
        for name, query in (("before", before), ("after", after)):
            connection.execute(f"attach ':memory:' as {name}")
            connection.execute(f"create schema {name}.marts")
            if query:
                connection.execute(f"create table {name}.marts.orders as {query}")
        return compare(connection, ("before", "after"), TABLE, key)


def test_unchanged_table_is_the_same():
    query = "select i as id, i * 1.5 as amount, 'x' || i as name from range(10) t(i)"
    assert compared(query, f"{query} order by i desc").same


def test_changed_rows_keys_values_and_sums_are_counted():
    found = compared(
        "select i as id, i::decimal(9,2) as amount, 'a' as name from range(1, 5) t(i)",
        "select i as id, (case i when 3 then 30 else i end)::decimal(9,2) as amount, 'a' as name "
        "from range(2, 7) t(i)",
        key=("id",),
    )
    assert found.rows == (4, 5)
    assert (found.added, found.removed, found.shared) == (2, 1, 3)
    amount = next(one for one in found.columns if one.name == "amount")
    assert (amount.changed, amount.sums) == (1, ("10.00", "47.00"))
    assert next(one for one in found.columns if one.name == "name").changed == 0


def test_null_that_became_a_value_is_a_change():
    found = compared(
        "select 1 as id, null::int as amount", "select 1 as id, 0::int as amount", key=("id",)
    )
    assert [one.changed for one in found.columns if one.name == "amount"] == [1]


def test_column_added_removed_or_with_another_type_is_reported():
    found = compared(
        "select 1 as id, 2 as old, 3::int as kept", "select 1 as id, 3::bigint as kept, 4 as new"
    )
    assert (found.columns_added, found.columns_removed) == (("new",), ("old",))
    assert next(one for one in found.columns if one.name == "kept").differs
    assert not found.same


def test_key_is_found_if_none_is_declared():
    query = "select i // 2 as day, i % 2 as channel, i as orders from range(6) t(i)"
    assert compared(query, query).key == ("day", "channel")


def test_declared_key_with_duplicates_is_not_used():
    found = compared(
        "select 1 as id, i as x from range(3) t(i)",
        "select 1 as id, i as x from range(3) t(i)",
        key=("id",),
    )
    assert found.key == ("id", "x")


def test_rows_without_a_key_are_compared_as_a_whole():
    found = compared("select 1 as a from range(3)", "select 1 as a from range(4)")
    assert (found.key, found.unmatched) == ((), 1)
    assert not found.same


def test_new_and_removed_tables_are_reported():
    new, gone = compared("", "select 1 as id"), compared("select 1 as id", "")
    text = comparison_report([new, gone], built=["marts"], taken=["ml"], base="dev")
    assert "`marts.orders` is new" in text
    assert "`marts.orders` is removed" in text


def test_column_names_are_quoted():
    query = """select 1 as "select", 2 as "a ""b", 3 as "this row exists too" """
    assert compared(query, query, key=("select",)).same


def test_report_contains_the_share_of_changed_rows():
    changed = compared(
        "select i as id, 1 as x from range(10) t(i)",
        "select i as id, (i = 3)::int as x from range(10) t(i)",
        key=("id",),
    )
    text = comparison_report([changed], built=["marts"], taken=[], base="dev")
    assert "| `x` | 9 (90.0%) | 10 | 1 | INTEGER |" in text


@pytest.fixture
def base(tmp_path: Path) -> Environment:
    environment = Environment(tmp_path, "dev")
    publish(environment, "select 1 as id")
    return environment


def publish(environment: Environment, query: str) -> None:
    with Warehouse("marts_dbt", environment).open_session() as session:
        session.write(TABLE, session.connection.sql(query).to_arrow_table())
        session.publish()


def ids(environment: Environment) -> list[int]:
    return Warehouse("ml", environment).read(TABLE).table["id"].to_pylist()


def test_branch_reads_the_bases_tables_without_changing_them(base, tmp_path):
    branch = Environment(tmp_path, "pr_7")
    assert link_publications(base, branch) == ["marts_dbt"]
    assert ids(branch) == [1]
    publish(branch, "select 2 as id")
    assert (ids(base), ids(branch)) == ([1], [2])


def test_second_build_starts_from_the_base_again(base, tmp_path):
    branch = Environment(tmp_path, "pr_7")
    link_publications(base, branch)
    publish(branch, "select 2 as id")
    link_publications(base, branch)
    assert ids(branch) == [1]


def test_base_without_tables_is_an_error_with_the_command_to_run(tmp_path):
    with pytest.raises(BaseMissing, match="JAFFLE_ENV=prod make run"):
        link_publications(Environment(tmp_path, "prod"), Environment(tmp_path, "pr_7"))
