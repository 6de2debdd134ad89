"""The layout of the page: layers and rows of projects, and of the assets in each project.

It is computed here, so that the browser adds up widths and heights only, and opens a project
without a layout of thousands of boxes.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from dagster_lineage.present.report.layered import layers, mean_place, spread

SWEEPS = 4
GAP = 1.5
"""Rows between two projects of one layer."""
FREE_PASSAGES = 40
"""Number of passages that a project of any size may have."""
ROWS_AT_LEAST = 8
"""Least number of boxes without an edge in one column."""


@dataclass(frozen=True)
class Placing:
    """The layout, by number of project and of box."""

    stacks: list[list[int]]
    """Layers of projects from left to right, each from top to bottom."""
    layers: list[int]
    """By box: its layer in its project."""
    rows: list[int]
    """By box: its row in its project, in half rows from the top."""
    bends: dict[tuple[int, int], list[int]]
    """By edge that passes layers of the projects at its ends: the row at which it passes each."""


def place(projects: list[int], edges: list[tuple[int, int]], count: int) -> Placing:
    """Return the layout.

    Args:
        projects: By box: its project.
        edges: Pairs of boxes (producer, reader).
        count: Number of projects.
    """
    between = Counter(
        (projects[start], projects[end]) for start, end in edges if projects[start] != projects[end]
    )
    stacks = _folded(_stacks(count, between), Counter(projects))
    inside = _inner_layers(projects, edges, count)
    _fold_unread(projects, inside, edges)
    boxes_count = len(projects)
    projects, inside, edges, passed = _with_passages([*projects], inside, edges)
    before: defaultdict[int, list[int]] = defaultdict(list)
    after: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in edges:
        before[end].append(start)
        after[start].append(end)
    columns: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for box, project in enumerate(projects):
        columns[project, inside[box]].append(box)
    places = _first_places(stacks, columns)
    across = [
        columns[project, layer]
        for stack in stacks
        for layer in range(max(map(_depth(columns), stack), default=0))
        for project in stack
        if (project, layer) in columns
    ]
    for _ in range(SWEEPS):
        for boxes in across:
            _move(boxes, before, places)
        for boxes in reversed(across):
            _move(boxes, after, places)
    for boxes in across:
        _move(boxes, before, places)
    rows = _without_gaps(_half_rows(projects, inside, places), projects, boxes_count)
    bends = {edge: [rows[one] for one in chain] for edge, chain in passed.items()}
    return Placing(stacks, inside[:boxes_count], rows[:boxes_count], bends)


def _fold_unread(projects: list[int], inside: list[int], edges: list[tuple[int, int]]) -> None:
    """Arrange boxes without an edge in several columns, since one would be very high."""
    joined = {box for edge in edges for box in edge}
    alone: defaultdict[int, list[int]] = defaultdict(list)
    for box, project in enumerate(projects):
        if box not in joined:
            alone[project].append(box)
    for boxes in alone.values():
        rows = max(ROWS_AT_LEAST, math.isqrt(2 * len(boxes)))
        for at, box in enumerate(boxes):
            inside[box] = at // rows


def _with_passages(
    projects: list[int], inside: list[int], edges: list[tuple[int, int]]
) -> tuple[list[int], list[int], list[tuple[int, int]], dict[tuple[int, int], list[int]]]:
    """Add passages: invisible boxes that keep space free where an edge passes layers.

    An edge passes the layers between its ends; an edge between projects those to the right of its
    start and to the left of its end. A project with more passages than boxes gets none, since its
    drawing is dense anyway.
    """
    deepest: dict[int, int] = {}
    for box, project in enumerate(projects):
        deepest[project] = max(deepest.get(project, 0), inside[box])
    paths = {edge: _path(edge, projects, inside, deepest) for edge in dict.fromkeys(edges)}
    needed = Counter(project for path in paths.values() for project, _ in path)
    having = Counter(projects)
    crowded = {one for one in needed if needed[one] > max(having[one], FREE_PASSAGES)}
    passed: dict[tuple[int, int], list[int]] = {}
    replaced: list[tuple[int, int]] = []
    for (start, end), path in paths.items():
        if not path or crowded & {project for project, _ in path}:
            replaced.append((start, end))
            continue
        chain = [*range(len(projects), len(projects) + len(path))]
        projects += [project for project, _ in path]
        inside += [layer for _, layer in path]
        replaced += zip([start, *chain], [*chain, end], strict=True)
        passed[start, end] = chain
    return projects, inside, replaced, passed


def _path(
    edge: tuple[int, int], projects: list[int], inside: list[int], deepest: dict[int, int]
) -> list[tuple[int, int]]:
    """Return project and layer of each place that an edge passes, from left to right."""
    start, end = edge
    first, last = projects[start], projects[end]
    if first == last:
        return [(first, layer) for layer in range(inside[start] + 1, inside[end])]
    return [
        *((first, layer) for layer in range(inside[start] + 1, deepest[first] + 1)),
        *((last, layer) for layer in range(inside[end])),
    ]


def _stacks(count: int, between: Counter[tuple[int, int]]) -> list[list[int]]:
    found = layers(count, sorted(between, key=lambda pair: -between[pair]))
    stacks: list[list[int]] = [[] for _ in range(max(found, default=-1) + 1)]
    for project, layer in enumerate(found):
        stacks[layer].append(project)
    places: dict[int, float] = {}
    neighbors: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in between:
        neighbors[start].append(end)
        neighbors[end].append(start)
    for stack in (*stacks, *reversed(stacks), *stacks):
        middle = (len(stack) - 1) / 2
        wanted = {one: mean_place(neighbors[one], places, 0.0) for one in stack}
        stack.sort(key=lambda one: wanted[one])
        places.update({one: at - middle for at, one in enumerate(stack)})
    return stacks


def _folded(stacks: list[list[int]], sizes: Counter[int]) -> list[list[int]]:
    """Split high layers into several, since one of dozens of projects would be a thin line.

    Args:
        stacks: Layers of projects.
        sizes: Number of boxes by project.
    """
    most = max(ROWS_AT_LEAST, math.isqrt(2 * sum(map(len, stacks))))
    highest = 1.2 * max(ROWS_AT_LEAST, *sizes.values(), 2 * math.isqrt(sizes.total()))
    folded: list[list[int]] = []
    for stack in stacks:
        parts: list[list[int]] = []
        for project in stack:
            fitting = (
                part
                for part in parts
                if len(part) < most and sum(sizes[one] for one in part) + sizes[project] <= highest
            )
            part = next(fitting, None)
            if part is None:
                part = []
                parts.append(part)
            part.append(project)
        folded += parts
    return folded


def _inner_layers(projects: list[int], edges: list[tuple[int, int]], count: int) -> list[int]:
    own: list[list[int]] = [[] for _ in range(count)]
    at = [0] * len(projects)
    for box, project in enumerate(projects):
        at[box] = len(own[project])
        own[project].append(box)
    inner: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for start, end in edges:
        if projects[start] == projects[end]:
            inner[projects[start]].append((at[start], at[end]))
    found = [0] * len(projects)
    for boxes, pairs in zip(own, inner, strict=True):
        for box, layer in zip(boxes, layers(len(boxes), pairs), strict=True):
            found[box] = layer
    return found


def _depth(columns: dict[tuple[int, int], list[int]]) -> Callable[[int], int]:
    deepest: dict[int, int] = {}
    for project, layer in columns:
        deepest[project] = max(deepest.get(project, 0), layer + 1)
    return lambda project: deepest.get(project, 0)


def _first_places(
    stacks: list[list[int]], columns: dict[tuple[int, int], list[int]]
) -> dict[int, float]:
    """Return the first places: projects of a layer below each other, around one middle line."""
    heights: defaultdict[int, int] = defaultdict(int)
    for (project, _), boxes in columns.items():
        heights[project] = max(heights[project], len(boxes))
    middles: dict[int, float] = {}
    for stack in stacks:
        top = -(sum(heights[one] for one in stack) + GAP * (len(stack) - 1)) / 2
        for one in stack:
            middles[one] = top + heights[one] / 2
            top += heights[one] + GAP
    return {
        box: middles[project] + at - (len(boxes) - 1) / 2
        for (project, _), boxes in columns.items()
        for at, box in enumerate(boxes)
    }


def _move(boxes: list[int], neighbors: dict[int, list[int]], places: dict[int, float]) -> None:
    """Order one layer of a project by its neighbors, and move it toward them."""
    middle = sum(places[box] for box in boxes) / len(boxes)
    wanted = {box: mean_place(neighbors.get(box, ()), places, places[box]) for box in boxes}
    boxes.sort(key=lambda box: (wanted[box], box))
    found = spread([wanted[box] for box in boxes])
    # The project keeps its place among the others; only the order and the gaps change.
    reach = len(boxes) / 2 + 1
    drift = sum(found) / len(found) - middle
    shift = -drift + max(-reach, min(reach, drift))
    places.update({box: at + shift for box, at in zip(boxes, found, strict=True)})


def _half_rows(projects: list[int], inside: list[int], places: dict[int, float]) -> list[int]:
    tops: dict[int, float] = {}
    for box, at in places.items():
        tops[projects[box]] = min(tops.get(projects[box], at), at)
    last: dict[tuple[int, int], int] = {}
    rows = [0] * len(projects)
    for box in sorted(places, key=lambda one: places[one]):
        column = (projects[box], inside[box])
        row = round(2 * (places[box] - tops[projects[box]]))
        rows[box] = last[column] = max(row, last.get(column, -2) + 2)
    return rows


def _without_gaps(rows: list[int], projects: list[int], boxes_count: int) -> list[int]:
    """Return rows without the strips of a project that no box is in. Passages take half a row."""
    steps: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for at, (row, project) in enumerate(zip(rows, projects, strict=True)):
        step = 2 if at < boxes_count else 1
        steps[project][row] = max(step, steps[project].get(row, 0))
    moved: dict[tuple[int, int], int] = {}
    for project, by_row in steps.items():
        before, at = 0, 0
        for row in sorted(by_row):
            at += min(row - before, by_row[row])
            moved[project, row] = at
            before = row
    return [moved[project, row] for project, row in zip(projects, rows, strict=True)]
