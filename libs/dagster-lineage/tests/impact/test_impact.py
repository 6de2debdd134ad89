"""Everything downstream and upstream of an asset or a column."""

from __future__ import annotations

import pytest

from dagster_lineage.analyze.impact.consequences import consequences, origins
from dagster_lineage.analyze.impact.downstream import downstream
from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.model import Asset, Column, Interface, LineageGraph, LocatedInterface, Read


@pytest.fixture
def graph(projects):
    return read_graph(projects.root, ("projects/*/interface.json",))


def hits(graph, key, column=""):
    impact = consequences(graph, {key: frozenset({column}) if column else None})
    return {one.key: (one.how, one.columns) for one in impact.found}


def test_a_column_affects_the_columns_that_are_computed_from_it(graph):
    assert hits(graph, "shop/orders", "amount") == {
        "marts/paid": ("value", ("net",)),
        "marts/daily": ("value", ("revenue",)),
        "ml/forecast": ("rows", ()),
        "ml/daily": ("unknown", ()),
    }


def test_a_column_that_is_not_read_further_ends_the_path(graph):
    assert hits(graph, "shop/orders", "id") == {
        "marts/paid": ("value", ("id",)),
        "ml/daily": ("unknown", ()),
    }


def test_a_column_in_a_filter_affects_the_reader_as_a_whole_and_all_downstream(graph):
    assert hits(graph, "shop/orders", "status") == {
        "marts/paid": ("rows", ()),
        "marts/daily": ("rows", ()),
        "ml/forecast": ("rows", ()),
        "ml/daily": ("unknown", ()),
    }


def test_an_unused_column_affects_only_readers_whose_columns_are_unknown(graph):
    assert hits(graph, "shop/orders", "day") == {"ml/daily": ("unknown", ())}


def test_letter_case_of_columns_does_not_matter(graph):
    assert hits(graph, "shop/orders", "AMOUNT") == hits(graph, "shop/orders", "amount")


def test_an_asset_affects_all_its_readers(graph):
    assert set(hits(graph, "shop/orders")) == {
        "marts/paid",
        "marts/daily",
        "ml/forecast",
        "ml/daily",
    }


def test_a_key_without_producer_has_readers(graph):
    assert set(hits(graph, "legacy/rates")) == {"ml/daily"}


def test_checks_exposures_and_jobs_are_found(graph):
    impact = consequences(graph, {"shop/orders": frozenset({"amount"})})
    assert [check.name for check in impact.checks] == [
        "revenue_is_right",
        "source_amount_not_null",
        "amount_is_positive",
        "sums_are_right",
    ]
    assert [(one.name, one.owner) for one in impact.exposures] == [("board", "cfo@example.org")]
    assert [(one.name, one.cron, one.targets) for one in impact.jobs] == [
        ("nightly", "0 3 * * *", ("marts/daily",))
    ]
    assert impact.projects == ("marts", "ml")
    assert impact.owners == ("cfo@example.org", "team:finance", "team:science")
    assert [one.automation for one in impact.found if one.automation] == ["eager"]


def test_a_column_is_followed_upstream_to_its_source(graph):
    impact = origins(graph, {"marts/daily": frozenset({"revenue"})})
    assert [(one.key, one.how, one.columns, one.row_columns, one.last) for one in impact.found] == [
        ("marts/paid", "value", ("net",), (), False),
        ("shop/orders", "value", ("amount",), ("status",), True),
    ]


def test_an_asset_with_unknown_columns_is_computed_from_all_that_it_reads(graph):
    impact = origins(graph, {"ml/daily": frozenset({"x"})})
    assert [(one.key, one.how, one.project) for one in impact.found] == [
        ("legacy/rates", "unknown", ""),
        ("shop/orders", "unknown", "shop"),
    ]


def test_a_python_asset_is_computed_from_the_columns_that_it_declares(graph):
    impact = origins(graph, {"ml/forecast": None})
    assert [(one.key, one.columns) for one in impact.found] == [
        ("marts/daily", ("revenue",)),
        ("marts/paid", ("net",)),
        ("shop/orders", ("amount",)),
    ]


def test_a_struct_affects_the_readers_of_its_fields():
    city = Column(derived_from=("x/a#Address.City",))
    read = Read(key="x/a", columns=("address.city",))
    assets = (
        Asset(key="x/a", columns={"address": Column()}),
        Asset(key="x/b", columns={"city": city}, reads=(read,)),
        Asset(key="x/c", reads=(Read(key="x/a", columns=("address.zip",)),)),
    )
    interface = Interface(schema_version=1, project="x", assets=assets)
    graph = LineageGraph([LocatedInterface(interface, ".", "interface.json")])
    assert hits(graph, "x/a", "address") == {"x/b": ("value", ("city",)), "x/c": ("rows", ())}


def in_a_cycle():
    assets = [
        Asset(
            key=f"x/{n}",
            columns={"a": Column(derived_from=(f"x/{(n + 1) % 3}#a",))},
            reads=(Read(key=f"x/{(n + 1) % 3}", columns=("a",)),),
        )
        for n in range(3)
    ]
    interface = Interface(schema_version=1, project="x", assets=tuple(assets))
    return LineageGraph([LocatedInterface(interface, "projects/x", "projects/x/interface.json")])


def test_a_cycle_ends():
    graph = in_a_cycle()
    assert set(hits(graph, "x/0", "a")) == {"x/1", "x/2"}
    assert {one.key for one in origins(graph, {"x/0": frozenset({"a"})}).found} == {"x/1", "x/2"}


def test_a_column_affected_by_rows_later_widens_what_is_downstream():
    """`x/c` is reached by value over `x/a`, then as a whole over `x/b`, and so is its reader."""
    wide = Column(derived_from=("x/a#v",))
    assets = (
        Asset(key="x/s", columns={"v": Column()}),
        Asset(
            key="x/a",
            columns={"v": Column(derived_from=("x/s#v",))},
            reads=(Read(key="x/s", columns=("v",)),),
        ),
        Asset(key="x/b", reads=(Read(key="x/s", columns=("v",)),)),
        Asset(
            key="x/c",
            columns={"v": wide, "w": Column(derived_from=("x/b#w",))},
            reads=(Read(key="x/a", columns=("v",)), Read(key="x/b", columns=("w",))),
        ),
        Asset(
            key="x/d",
            columns={"w": Column(derived_from=("x/c#w",))},
            reads=(Read(key="x/c", columns=("w",)),),
        ),
    )
    interface = Interface(schema_version=1, project="x", assets=assets)
    graph = LineageGraph([LocatedInterface(interface, ".", "interface.json")])
    found = downstream(graph, {"x/s": frozenset({"v"})})
    assert {key: hit.whole for (_, key), hit in found.items()} == {
        "x/a": False,
        "x/b": True,
        "x/c": True,
        "x/d": True,
    }
