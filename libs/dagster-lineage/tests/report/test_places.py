"""The layout: layers, and places that neither overlap nor wander off."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dagster_lineage.present.report.layered import layers, spread
from dagster_lineage.present.report.placing import place

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


def test_a_reader_stands_right_of_all_that_it_reads():
    assert layers(5, [(0, 1), (1, 2), (0, 2), (3, 2)]) == [0, 1, 2, 0, 0]


def test_a_cycle_is_cut_where_it_closes():
    assert layers(3, [(0, 1), (1, 2), (2, 0)]) == [0, 1, 2]
    assert layers(1, [(0, 0)]) == [0]


@given(EDGES)
def test_without_a_cycle_every_edge_goes_to_the_right(edges):
    forward = [(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]]
    found = layers(12, forward)
    assert all(found[start] < found[end] for start, end in forward)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30).map(sorted))
def test_boxes_of_a_layer_keep_their_distance_and_their_middle(wanted):
    found = spread(wanted)
    assert all(after - before > 1 - 1e-6 for before, after in pairwise(found))
    assert abs(sum(found) - sum(wanted)) < 1e-3


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), EDGES)
def test_no_two_assets_stand_on_each_other(projects, edges):
    found = place(projects, edges, 4)
    assert sorted(one for stack in found.stacks for one in stack) == [0, 1, 2, 3]
    taken = sorted(zip(projects, found.layers, found.rows, strict=True))
    for before, after in pairwise(taken):
        assert before[:2] != after[:2] or after[2] - before[2] >= 2
    assert min(found.rows) >= 0


def test_a_straight_chain_is_drawn_straight():
    found = place([0, 0, 1, 1], [(0, 1), (1, 2), (2, 3)], 2)
    assert found.stacks == [[0], [1]]
    assert found.layers == [0, 1, 0, 1]
    assert found.rows == [0, 0, 0, 0]


def test_an_edge_that_jumps_over_a_layer_has_a_way_of_its_own():
    found = place([0, 0, 0], [(0, 1), (1, 2), (0, 2)], 1)
    assert list(found.bends) == [(0, 2)]
    assert abs(found.bends[0, 2][0] - found.rows[1]) >= 2


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), EDGES)
def test_no_strip_of_a_project_is_empty(projects, edges):
    found = place(projects, edges, 4)
    rows = {project: {0} for project in projects}
    for project, row in zip(projects, found.rows, strict=True):
        rows[project].add(row)
    for (start, end), bends in found.bends.items():
        before_end = len(bends) if projects[start] == projects[end] else found.layers[end]
        rows[projects[end]].update(bends[len(bends) - before_end :])
        rows[projects[start]].update(bends[: len(bends) - before_end])
    assert all(
        after - before <= 2 for one in rows.values() for before, after in pairwise(sorted(one))
    )


def test_a_layer_of_many_projects_is_split():
    found = place([*range(60)], [(0, box) for box in range(1, 60)], 60)
    assert max(map(len, found.stacks)) <= 12
    assert found.stacks[0] == [0]


def test_a_layer_of_large_projects_is_split():
    projects = [*([0] * 100), *([1] * 100), 2, 3]
    found = place(projects, [(100, 201), (0, 200)], 4)
    assert [sorted(stack) for stack in found.stacks] == [[0], [1], [2, 3]]
