"""Where things are told to be."""

from __future__ import annotations

import pytest

from dagster_lineage.locking.columns import _where_named


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("with a as (\n  select 1\n)\nselect * from shop.jaffle.Orders", 4),
        ('select stg_orders.id\nfrom stg_orders\njoin "shop"."jaffle"."orders" on true', 3),
        ("select * from {{ table_named_by_a_macro() }}", 1),
    ],
)
def test_table_read_by_its_name_is_told_at_the_line_that_names_it(raw: str, line: int) -> None:
    assert _where_named("models/a.sql:1", raw, "jaffle/orders") == f"models/a.sql:{line}"
