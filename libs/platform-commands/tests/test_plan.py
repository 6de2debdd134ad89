"""The plan: which assets one run makes, in which order, and what a failure stops."""

import pytest

from platform_commands.errors import GraphWrong
from platform_commands.graph import Asset, Graph
from platform_commands.plan import Group, plan, ready


def asset(name, location, *parents, **more):
    return Asset(name=name, location=location, parents=frozenset(parents), **more)


def shape(groups: list[Group]):
    return [(group.location, group.assets, sorted(group.waits_for)) for group in groups]


FOUR_LOCATIONS = Graph.of(
    [
        asset("raw/customers", "ingestion"),
        asset("shop/orders", "ingestion"),
        asset("jaffle/customers", "jaffle", "raw/customers"),
        asset("jaffle/orders", "jaffle", "jaffle/customers"),
        asset("marts/staged", "marts", "shop/orders"),
        asset("marts/daily", "marts", "marts/staged", partitioning="daily"),
        asset("marts/value", "marts", "marts/staged", "jaffle/orders"),
        asset("ml/forecast", "ml", "marts/daily"),
        asset("ml/chart", "ml", "jaffle/orders"),
    ]
)


def test_location_entered_once_is_one_run_and_order_follows_edges():
    assert shape(plan(FOUR_LOCATIONS)) == [
        ("ingestion", ("raw/customers", "shop/orders"), []),
        ("jaffle", ("jaffle/customers", "jaffle/orders"), [1]),
        ("marts", ("marts/staged",), [1]),
        ("marts", ("marts/value",), [2, 3]),
        ("marts", ("marts/daily",), [3]),
        ("ml", ("ml/chart", "ml/forecast"), [2, 5]),
    ]


def test_graph_that_goes_back_into_a_location_gets_a_second_run_there():
    graph = Graph.of(
        [asset("a/one", "a"), asset("b/two", "b", "a/one"), asset("a/three", "a", "b/two")]
    )
    assert shape(plan(graph)) == [
        ("a", ("a/one",), []),
        ("b", ("b/two",), [1]),
        ("a", ("a/three",), [2]),
    ]


def test_group_joins_a_later_one_of_its_location_if_nobody_has_to_wait_for_it():
    graph = Graph.of(
        [
            asset("raw/x", "ingestion"),
            asset("jaffle/seed", "jaffle"),
            asset("jaffle/staged", "jaffle", "raw/x"),
            asset("jaffle/all", "jaffle", "jaffle/seed", "jaffle/staged"),
        ]
    )
    assert shape(plan(graph)) == [
        ("ingestion", ("raw/x",), []),
        ("jaffle", ("jaffle/all", "jaffle/seed", "jaffle/staged"), [1]),
    ]


def test_leaf_in_the_way_is_moved_along_so_that_its_upstream_needs_no_run_of_its_own():
    graph = Graph.of(
        [
            asset("raw/x", "ingestion"),
            asset("jaffle/seed", "jaffle"),
            asset("jaffle/staged", "jaffle", "raw/x"),
            asset("marts/early", "marts", "jaffle/seed"),
            asset("marts/late", "marts", "jaffle/staged"),
        ]
    )
    assert shape(plan(graph)) == [
        ("ingestion", ("raw/x",), []),
        ("jaffle", ("jaffle/seed", "jaffle/staged"), [1]),
        ("marts", ("marts/early", "marts/late"), [2]),
    ]


def test_group_that_others_wait_for_stays_early():
    graph = Graph.of(
        [
            asset("raw/x", "ingestion"),
            asset("jaffle/seed", "jaffle"),
            asset("jaffle/staged", "jaffle", "raw/x"),
            asset("ml/y", "ml", "jaffle/seed"),
            asset("marts/z", "marts", "ml/y", "jaffle/staged"),
        ]
    )
    seed = plan(graph)[1]
    assert (seed.assets, seed.level) == (("jaffle/seed",), 0)


def test_circle_over_two_locations_is_refused_with_its_path():
    graph = Graph.of([asset("a/one", "a", "b/two"), asset("b/two", "b", "a/one")])
    with pytest.raises(GraphWrong) as caught:
        plan(graph)
    assert "a/one (a) → b/two (b) → a/one (a)" in str(caught.value)


def test_step_that_cannot_be_split_is_never_split_by_levels():
    both = frozenset({"a/early", "a/late"})
    graph = Graph.of(
        [
            asset("b/root", "b"),
            asset("a/early", "a", made_with=both),
            asset("a/late", "a", "b/root", made_with=both),
            asset("a/after", "a", "a/early"),
        ]
    )
    assert shape(plan(graph)) == [
        ("b", ("b/root",), []),
        ("a", ("a/after", "a/early", "a/late"), [1]),
    ]


def test_circle_through_an_unsplittable_step_is_refused_not_run_twice():
    both = frozenset({"a/early", "a/late"})
    graph = Graph.of(
        [
            asset("a/early", "a", made_with=both),
            asset("b/mid", "b", "a/early"),
            asset("a/late", "a", "b/mid", made_with=both),
        ]
    )
    with pytest.raises(GraphWrong, match="cannot be split"):
        plan(graph)


def test_selecting_half_an_unsplittable_step_selects_all_of_it():
    both = frozenset({"a/one", "a/two"})
    graph = Graph.of([asset("a/one", "a", made_with=both), asset("a/two", "a", made_with=both)])
    assert sorted(graph.selected(["a/one"]).assets) == ["a/one", "a/two"]


def test_assets_made_elsewhere_are_left_out_but_still_order_their_neighbours():
    graph = Graph.of(
        [
            asset("a/first", "a"),
            asset("outside/copy", "a", "a/first", executable=False),
            asset("b/last", "b", "outside/copy"),
        ]
    )
    assert shape(plan(graph.selected(graph.assets))) == [
        ("a", ("a/first",), []),
        ("b", ("b/last",), [1]),
    ]


def test_what_is_not_selected_orders_nothing():
    graph = Graph.of([asset("a/x", "a"), asset("b/y", "b", "a/x"), asset("c/z", "c", "b/y")])
    assert [group.waits_for for group in plan(graph.selected(["a/x", "c/z"]))] == [
        frozenset(),
        frozenset(),
    ]


def test_failure_stops_everything_downstream_and_nothing_else():
    assert FOUR_LOCATIONS.downstream(["jaffle/orders"]) == {
        "marts/value": "jaffle/orders",
        "ml/chart": "jaffle/orders",
    }


def test_failure_takes_the_rest_of_an_unsplittable_step_along():
    both = frozenset({"b/one", "b/two"})
    graph = Graph.of(
        [
            asset("a/bad", "a"),
            asset("b/one", "b", "a/bad", made_with=both),
            asset("b/two", "b", made_with=both),
            asset("c/end", "c", "b/two"),
        ]
    )
    assert graph.downstream(["a/bad"]) == {"b/one": "a/bad", "b/two": "a/bad", "c/end": "a/bad"}


def test_independent_groups_are_ready_together_and_free_pools_come_first():
    graph = Graph.of(
        [
            asset("a/1", "a", pools=frozenset({"busy"})),
            asset("b/1", "b", pools=frozenset({"free"})),
            asset("c/1", "c", "a/1"),
        ]
    )
    groups = plan(graph)
    first = ready(groups, finished=(), started=(), pools_in_use={"busy"})
    assert [group.location for group in first] == ["b", "a"]
    after = ready(groups, finished={first[1].number}, started={1, 2})
    assert [group.location for group in after] == ["c"]


def test_leaves_are_what_nothing_executable_reads():
    assert FOUR_LOCATIONS.leaves() == ["marts/value", "ml/chart", "ml/forecast"]


def test_deep_graphs_are_planned_without_recursion():
    chain = [asset("n/0", "a")] + [
        asset(f"n/{i}", "ab"[i % 2], f"n/{i - 1}") for i in range(1, 3000)
    ]
    assert plan(Graph.of(chain))[-1].level == 2999
