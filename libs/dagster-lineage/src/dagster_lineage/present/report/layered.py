"""Layers of a directed graph from left to right, as in Sugiyama, Tagawa and Toda (1981).

Cycles are broken, a box is one layer to the right of the last box that it reads, and the boxes of a
layer are ordered by the mean place of their neighbors, so that few edges cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def layers(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the layer of each box: 0 without upstream boxes, else one more than the last of them.

    Args:
        count: Number of boxes, which are 0 … count - 1.
        edges: Pairs (from, to). Loops, and edges that close a cycle, are ignored.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    for start, end in edges:
        if start != end:
            after[start].append(end)
    order = _finished_last_first(count, after)
    place = {box: at for at, box in enumerate(order)}
    found = [0] * count
    for box in order:
        for end in after[box]:
            if place[end] > place[box]:
                found[end] = max(found[end], found[box] + 1)
    return found


def _finished_last_first(count: int, after: Sequence[Sequence[int]]) -> list[int]:
    """Return a depth-first order in which, without cycles, each box precedes its readers."""
    done: list[int] = []
    state = [0] * count
    # Start at the boxes without upstream boxes.
    incoming = [0] * count
    for ends in after:
        for end in ends:
            incoming[end] += 1
    for root in sorted(range(count), key=lambda box: (incoming[box] > 0, box)):
        if state[root]:
            continue
        state[root] = 1
        waiting = [(root, iter(after[root]))]
        while waiting:
            box, rest = waiting[-1]
            following = next((end for end in rest if not state[end]), None)
            if following is None:
                waiting.pop()
                done.append(box)
            else:
                state[following] = 1
                waiting.append((following, iter(after[following])))
    return done[::-1]


def spread(wanted: Sequence[float]) -> list[float]:
    """Return places at least one apart, in the same order, as near as possible to the wanted ones.

    Least squares: boxes that overlap move as a block to the mean of their wanted places.
    """
    blocks: list[tuple[float, int]] = []
    for at, place in enumerate(wanted):
        total, size = place - at, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / size:
            before = blocks.pop()
            total, size = total + before[0], size + before[1]
        blocks.append((total, size))
    found: list[float] = []
    for total, size in blocks:
        found += [total / size + len(found) + step for step in range(size)]
    return found


def mean_place(neighbors: Sequence[int], places: Mapping[int, float], otherwise: float) -> float:
    """Return the mean place of a box's neighbors; `otherwise` if none has a place."""
    known = [places[one] for one in neighbors if one in places]
    return sum(known) / len(known) if known else otherwise
