"""Which assets are made by one run, and which run waits for which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from platform_commands.graph import Asset, AssetName, Graph
from platform_commands.levels import merged_levels


@dataclass(frozen=True)
class Group:
    """Assets that one run makes (several runs, if it has several ranges of partitions)."""

    number: int
    """Its place in the plan, from 1."""
    location: str
    repository: str
    partitioning: str | None
    level: int
    """How often a path to it has crossed to another location or other partitions."""
    assets: tuple[AssetName, ...]
    waits_for: frozenset[int]
    """Numbers of the groups that make what these assets are made from."""
    pools: frozenset[str]


def plan(graph: Graph) -> list[Group]:
    """Split the assets of a graph into runs.

    One run belongs to one code location and one partitioning. Within these the level tells runs
    apart: it rises whenever an edge crosses, so a graph that goes back into a location which it
    has left needs a second run there. Edges between groups always go to a higher level, so the
    groups can be ordered. A group joins a later one of its class where nobody has to wait for it:
    a run is a process, and costs seconds before its first step.

    Args:
        graph: The assets to make and the edges between them, see `Graph.selected`.

    Returns:
        The groups, each after all that it waits for.

    Raises:
        GraphWrong: assets are made from each other in a circle.
    """
    level = merged_levels(graph)
    members: dict[tuple[int, tuple[str, str, str]], list[Asset]] = {}
    for asset in graph.assets.values():
        location, repository, partitioning = asset.run_class
        key = (level[asset.name], (location, repository, partitioning or ""))
        members.setdefault(key, []).append(asset)
    number_of = {
        asset.name: number
        for number, key in enumerate(sorted(members), start=1)
        for asset in members[key]
    }
    return [
        _group(number, key[0], members[key], number_of)
        for number, key in enumerate(sorted(members), start=1)
    ]


def ready(
    groups: Collection[Group],
    *,
    finished: Collection[int],
    started: Collection[int],
    pools_in_use: Collection[str] = (),
) -> list[Group]:
    """The groups that can start now, those first that need not wait for a pool.

    Args:
        groups: The whole plan.
        finished: Numbers of groups of which nothing runs any more.
        started: Numbers of groups that have been started, or never will be.
        pools_in_use: Pools of the groups that run: a group with one of them would mostly wait.
    """
    able = [
        group
        for group in groups
        if group.number not in started and group.waits_for <= set(finished)
    ]
    busy = set(pools_in_use)
    return sorted(able, key=lambda group: (bool(group.pools & busy), group.number))


def _group(
    number: int, level: int, members: list[Asset], number_of: Mapping[AssetName, int]
) -> Group:
    return Group(
        number=number,
        location=members[0].location,
        repository=members[0].repository,
        partitioning=members[0].partitioning,
        level=level,
        assets=tuple(sorted(asset.name for asset in members)),
        waits_for=frozenset(number_of[parent] for asset in members for parent in asset.parents)
        - {number},
        pools=frozenset[str]().union(*(asset.pools for asset in members)),
    )
