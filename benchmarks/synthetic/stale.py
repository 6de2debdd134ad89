"""Edits that need `lineage lock`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.synthetic.own_faults import (
    CHART,
    CONTRACT,
    FORECAST,
    JAFFLE,
    MARTS,
    MARTS_SOURCES,
    SNAPSHOT,
)
from benchmarks.synthetic.plants import Edit, Plant


def stale_faults() -> Iterator[Plant]:
    """Yield changes of a project's interface, each of which `lineage lock --check` must report."""
    edits = {
        "a contract's type": Edit(
            CONTRACT, "data_type: date", "data_type: timestamp", ("customers",)
        ),
        "a source's column": Edit(
            MARTS_SOURCES, "- name: status\n", "- name: state\n", ("orders",)
        ),
        "a new model": Edit(f"{MARTS}/models/staging/stg_new.sql", None, "select 1 as one\n"),
        "a column of a private model": Edit(
            f"{JAFFLE}/models/staging/stg_orders.sql",
            "        status\n",
            "        status as s\n",
            ("final",),
        ),
        "an owner": Edit(CHART, "team:data_science", "team:finance", ('"""',)),
        "a column that Python reads": Edit(CHART, '"number_of_orders"', '"first_order"', ('"""',)),
        "a dependency": Edit(FORECAST, '"daily_order_summary"', '"weekly_revenue"', ('"""',)),
        "a Fivetran column": Edit(SNAPSHOT, '"type": "VARCHAR"', '"type": "JSON"', ("users",)),
        "a data test": Edit(CONTRACT, "- unique:\n", "- not_null:\n", ("name: customers",)),
        "an exposure": Edit(
            f"{JAFFLE}/models/_exposures.yml", "ref('customers')", "ref('orders')", ("depends_on",)
        ),
    }
    for variation, edit in edits.items():
        yield Plant("ST01", variation, (edit,))
