"""Places of assets, sources and checks."""

from __future__ import annotations

import pytest

from dagster_lineage.extract.assembly.known_tables import where_named
from dagster_lineage.extract.dbt.manifest_graph import Code


def code(raw: str, at: str) -> Code:
    return Code(
        unique_id=at, package="", is_ephemeral=False, language="sql", raw=raw, reads=(), at=at
    )


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("with a as (\n  select 1\n)\nselect * from shop.jaffle.Orders", 4),
        ("with orders as (\n  select *\n  from shop.jaffle.orders\n)\nselect 1 from orders", 3),
        ('select jaffle.orders_old.id\nfrom x\njoin "shop"."jaffle"."orders" on true', 3),
        ("select * from {{ table_named_by_a_macro() }}", 1),
    ],
)
def test_table_read_by_name_is_reported_at_the_line_that_names_it(raw: str, line: int) -> None:
    codes = [code(raw, "models/a.sql:1")]
    assert where_named("models/a.sql:1", codes, "jaffle/orders") == f"models/a.sql:{line}"


@pytest.mark.parametrize(
    "relation", ["shop.main_jaffle.orders", '"shop"."main_jaffle"."orders"', "main_jaffle.orders"]
)
def test_table_whose_schema_is_not_in_its_key_is_reported_at_its_line(relation: str) -> None:
    codes = [code(f"with a as (\n  select 1\n)\nselect *\nfrom {relation}", "models/a.sql:1")]
    assert where_named("models/a.sql:1", codes, "jaffle/orders", relation) == "models/a.sql:5"
    assert where_named("models/a.sql:1", codes, "jaffle/orders") == "models/a.sql:1"


def test_table_that_an_ephemeral_model_reads_by_name_is_reported_there() -> None:
    codes = [
        code("select * from {{ ref('stg') }}", "models/a.sql:1"),
        code("select 1\nfrom jaffle.orders", "models/stg.sql:1"),
    ]
    assert where_named("models/a.sql:1", codes, "jaffle/orders") == "models/stg.sql:2"
