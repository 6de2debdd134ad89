"""The plan: the assets of each run, their order, and what a failure stops."""

import pytest

from platform_commands.asset_graph import AssetGraph, AssetNode
from platform_commands.errors import InvalidGraph
from platform_commands.plan import RunGroup, plan, ready


def asset(name, location, *parents, **more):
    return AssetNode(name=name, location=location, parents=frozenset(parents), **more)


def shape(groups: list[RunGroup]):
    return [(group.run_class.location, group.assets, sorted(group.waits_for)) for group in groups]


FOUR_LOCATIONS = AssetGraph.of(
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


def test_code_location_is_one_run_per_level_and_the_order_follows_edges():
    assert shape(plan(FOUR_LOCATIONS)) == [
        ("ingestion", ("raw/customers", "shop/orders"), []),
        ("jaffle", ("jaffle/customers", "jaffle/orders"), [1]),
        ("marts", ("marts/staged",), [1]),
        ("marts", ("marts/value",), [2, 3]),
        ("marts", ("marts/daily",), [3]),
        ("ml", ("ml/chart", "ml/forecast"), [2, 5]),
    ]


def test_path_that_returns_to_a_code_location_gets_a_second_run_there():
    graph = AssetGraph.of(
        [asset("a/one", "a"), asset("b/two", "b", "a/one"), asset("a/three", "a", "b/two")]
    )
    assert shape(plan(graph)) == [
        ("a", ("a/one",), []),
        ("b", ("b/two",), [1]),
        ("a", ("a/three",), [2]),
    ]


def test_group_is_merged_into_a_later_one_of_its_location_if_no_group_waits_for_it():
    graph = AssetGraph.of(
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


def test_leaf_is_raised_with_its_upstream_so_that_the_upstream_needs_no_separate_run():
    graph = AssetGraph.of(
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


def test_group_that_others_wait_for_keeps_its_level():
    graph = AssetGraph.of(
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


def test_cycle_over_two_locations_is_an_error_with_its_path():
    graph = AssetGraph.of([asset("a/one", "a", "b/two"), asset("b/two", "b", "a/one")])
    with pytest.raises(InvalidGraph) as caught:
        plan(graph)
    assert "a/one (a) → b/two (b) → a/one (a)" in str(caught.value)


def test_execution_set_is_never_split_by_levels():
    both = frozenset({"a/early", "a/late"})
    graph = AssetGraph.of(
        [
            asset("b/root", "b"),
            asset("a/early", "a", execution_set=both),
            asset("a/late", "a", "b/root", execution_set=both),
            asset("a/after", "a", "a/early"),
        ]
    )
    assert shape(plan(graph)) == [
        ("b", ("b/root",), []),
        ("a", ("a/after", "a/early", "a/late"), [1]),
    ]


def test_cycle_through_an_execution_set_is_an_error():
    both = frozenset({"a/early", "a/late"})
    graph = AssetGraph.of(
        [
            asset("a/early", "a", execution_set=both),
            asset("b/mid", "b", "a/early"),
            asset("a/late", "a", "b/mid", execution_set=both),
        ]
    )
    with pytest.raises(InvalidGraph, match="cannot be split"):
        plan(graph)


def test_selecting_part_of_an_execution_set_selects_all_of_it():
    both = frozenset({"a/one", "a/two"})
    graph = AssetGraph.of(
        [asset("a/one", "a", execution_set=both), asset("a/two", "a", execution_set=both)]
    )
    assert sorted(graph.selected(["a/one"]).assets) == ["a/one", "a/two"]


def test_external_assets_are_not_planned_and_still_order_the_assets_around_them():
    graph = AssetGraph.of(
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


def test_assets_that_are_not_selected_order_nothing():
    graph = AssetGraph.of([asset("a/x", "a"), asset("b/y", "b", "a/x"), asset("c/z", "c", "b/y")])
    assert [group.waits_for for group in plan(graph.selected(["a/x", "c/z"]))] == [
        frozenset(),
        frozenset(),
    ]


def test_failure_stops_everything_downstream_and_no_other_asset():
    assert FOUR_LOCATIONS.downstream(["jaffle/orders"]) == {
        "marts/value": "jaffle/orders",
        "ml/chart": "jaffle/orders",
    }


def test_failure_stops_the_complete_execution_set():
    both = frozenset({"b/one", "b/two"})
    graph = AssetGraph.of(
        [
            asset("a/bad", "a"),
            asset("b/one", "b", "a/bad", execution_set=both),
            asset("b/two", "b", execution_set=both),
            asset("c/end", "c", "b/two"),
        ]
    )
    assert graph.downstream(["a/bad"]) == {"b/one": "a/bad", "b/two": "a/bad", "c/end": "a/bad"}


def test_group_whose_pool_is_in_use_is_not_ready():
    graph = AssetGraph.of(
        [
            asset("a/1", "a", pools=frozenset({"busy"})),
            asset("b/1", "b", pools=frozenset({"free"})),
        ]
    )
    groups = plan(graph)
    found = ready(groups, finished=(), started=(), pools_in_use={"busy"})
    assert [group.run_class.location for group in found] == ["b"]
    found = ready(groups, finished={found[0].number}, started={found[0].number})
    assert [group.run_class.location for group in found] == ["a"]


def test_group_with_the_longest_chain_behind_it_is_first():
    graph = AssetGraph.of(
        [
            asset("a/leaf", "a"),
            asset("b/start", "b"),
            asset("c/middle", "c", "b/start"),
            asset("d/end", "d", "c/middle"),
            asset("e/middle", "e", "b/start"),
        ]
    )
    groups = plan(graph)
    assert {group.run_class.location: group.chain for group in groups} == {
        "a": 1,
        "b": 3,
        "c": 2,
        "d": 1,
        "e": 1,
    }
    first = ready(groups, finished=(), started=())
    assert [group.run_class.location for group in first] == ["b", "a"]
    after = ready(groups, finished={first[0].number}, started={first[0].number})
    assert [group.run_class.location for group in after] == ["c", "a", "e"]


def test_leaves_are_the_assets_without_executable_readers():
    assert FOUR_LOCATIONS.leaves() == ["marts/value", "ml/chart", "ml/forecast"]


def test_deep_graphs_are_planned_without_recursion():
    chain = [asset("n/0", "a")] + [
        asset(f"n/{i}", "ab"[i % 2], f"n/{i - 1}") for i in range(1, 3000)
    ]
    assert plan(AssetGraph.of(chain))[-1].level == 2999
