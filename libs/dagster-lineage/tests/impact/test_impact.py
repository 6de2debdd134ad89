"""What follows from an asset or a column, and where it comes from."""

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


def test_a_column_hits_what_is_computed_from_it_and_no_more(graph):
    assert hits(graph, "shop/orders", "amount") == {
        "marts/paid": ("value", ("net",)),
        "marts/daily": ("value", ("revenue",)),
        "ml/forecast": ("rows", ()),
        "ml/daily": ("unknown", ()),
    }


def test_a_column_that_is_selected_and_read_no_further_stops(graph):
    assert hits(graph, "shop/orders", "id") == {
        "marts/paid": ("value", ("id",)),
        "ml/daily": ("unknown", ()),
    }


def test_a_column_that_is_filtered_by_hits_the_reader_as_a_whole_and_all_below(graph):
    assert hits(graph, "shop/orders", "status") == {
        "marts/paid": ("rows", ()),
        "marts/daily": ("rows", ()),
        "ml/forecast": ("rows", ()),
        "ml/daily": ("unknown", ()),
    }


def test_a_column_that_nobody_uses_hits_only_who_cannot_be_seen_through(graph):
    assert hits(graph, "shop/orders", "day") == {"ml/daily": ("unknown", ())}


def test_letter_case_of_columns_does_not_matter(graph):
    assert hits(graph, "shop/orders", "AMOUNT") == hits(graph, "shop/orders", "amount")


def test_an_asset_hits_all_its_readers(graph):
    assert set(hits(graph, "shop/orders")) == {
        "marts/paid",
        "marts/daily",
        "ml/forecast",
        "ml/daily",
    }


def test_a_key_that_nobody_makes_has_readers_too(graph):
    assert set(hits(graph, "legacy/rates")) == {"ml/daily"}


def test_what_hangs_on_it_is_told(graph):
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


def test_a_column_is_followed_up_to_its_source(graph):
    impact = origins(graph, {"marts/daily": frozenset({"revenue"})})
    assert [(one.key, one.how, one.columns, one.row_columns, one.last) for one in impact.found] == [
        ("marts/paid", "value", ("net",), (), False),
        ("shop/orders", "value", ("amount",), ("status",), True),
    ]


def test_an_asset_whose_columns_are_not_known_comes_from_all_that_it_reads(graph):
    impact = origins(graph, {"ml/daily": frozenset({"x"})})
    assert [(one.key, one.how, one.project) for one in impact.found] == [
        ("legacy/rates", "unknown", ""),
        ("shop/orders", "unknown", "shop"),
    ]


def test_what_a_python_asset_declares_is_what_it_comes_from(graph):
    impact = origins(graph, {"ml/forecast": None})
    assert [(one.key, one.columns) for one in impact.found] == [
        ("marts/daily", ("revenue",)),
        ("marts/paid", ("net",)),
        ("shop/orders", ("amount",)),
    ]


def in_a_circle():
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


def test_a_circle_ends():
    graph = in_a_circle()
    assert set(hits(graph, "x/0", "a")) == {"x/1", "x/2"}
    assert {one.key for one in origins(graph, {"x/0": frozenset({"a"})}).found} == {"x/1", "x/2"}


def test_a_column_hit_later_by_rows_widens_what_is_below():
    """One is reached by value over a, then as a whole over b: what reads it, too."""
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
