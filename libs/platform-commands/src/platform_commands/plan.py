"""The groups of assets that are materialized by one run each, and their order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from platform_commands.asset_graph import AssetGraph, AssetName, RunClass
from platform_commands.errors import InvalidGraph

MERGED_GROUPS = 60
"""Larger plans are not searched for groups to merge: it takes long, and saves little there."""


@dataclass(frozen=True)
class RunGroup:
    """Assets that are materialized by one run, or by one run for each range of partitions."""

    number: int
    """Position in the plan, from 1."""
    run_class: RunClass
    level: int
    """Number of edges on the longest path to it that lead from one run class to another."""
    assets: tuple[AssetName, ...]
    waits_for: frozenset[int]
    """Numbers of the groups that contain the parents of its assets."""
    chain: int
    """Number of groups on the longest path that begins with it."""
    pools: frozenset[str]


def plan(graph: AssetGraph) -> list[RunGroup]:
    """Divide the assets of a graph into groups.

    The assets of a run belong to one code location and one partitioning. Assets of the same class
    are in one group if they have the same level. The level rises with each edge from one class to
    another, so a path that returns to a code location gets a second run there. Edges between groups
    lead to higher levels, so the groups have an order. A group is merged into a later one of its
    class if no other group waits for it: a run is a process, which takes seconds to start.

    Args:
        graph: The assets to materialize and the edges between them, see `AssetGraph.selected`.

    Returns:
        The groups, each after the groups that it waits for.

    Raises:
        InvalidGraph: The assets depend on each other in a cycle.
    """
    groups = _groups(graph, _merged_levels(graph))
    number_of = {
        name: number for number, key in enumerate(sorted(groups), 1) for name in groups[key]
    }
    planned: list[RunGroup] = []
    chains = dict.fromkeys(number_of.values(), 1)
    for number, (level, run_class) in reversed(list(enumerate(sorted(groups), 1))):
        assets = [graph.assets[name] for name in sorted(groups[level, run_class])]
        parents = {number_of[parent] for asset in assets for parent in asset.parents} - {number}
        for parent in parents:
            chains[parent] = max(chains[parent], chains[number] + 1)
        planned.append(
            RunGroup(
                number=number,
                run_class=run_class,
                level=level,
                assets=tuple(asset.name for asset in assets),
                waits_for=frozenset(parents),
                chain=chains[number],
                pools=frozenset(pool for asset in assets for pool in asset.pools),
            )
        )
    return planned[::-1]


def ready(
    groups: Collection[RunGroup],
    *,
    finished: Collection[int],
    started: Collection[int],
    pools_in_use: Collection[str] = (),
) -> list[RunGroup]:
    """Return the groups that can start, those with the longest chain behind them first.

    Args:
        groups: The complete plan.
        finished: Numbers of the groups without an unfinished run.
        started: Numbers of the groups that have started or are skipped.
        pools_in_use: Pools without a free slot. A group that needs one cannot start: its run would
            wait for the slot, which occupies a core (docs/decisions/no-run-waits-for-a-pool.md).
    """
    able = [
        group
        for group in groups
        if group.number not in started
        and group.waits_for <= set(finished)
        and not group.pools & set(pools_in_use)
    ]
    return sorted(able, key=lambda group: (-group.chain, group.number))


def _merged_levels(graph: AssetGraph) -> dict[AssetName, int]:
    """Return the level of each asset, after complete groups were raised to later levels.

    A group is raised only if that leaves fewer groups and no longer path.
    """
    units = _Units(graph)
    level = units.levels({})
    groups = _groups(graph, level)
    if len(groups) > MERGED_GROUPS:
        return level
    floor: dict[AssetName, int] = {}
    for at, run_class in sorted(groups, key=lambda key: -key[0]):
        current = _groups(graph, level)
        for later in sorted(one for one, its_class in current if its_class == run_class):
            if later <= at:
                continue
            raised = floor | dict.fromkeys(groups[at, run_class], later)
            trial = units.levels(raised)
            fewer = len(_groups(graph, trial)) < len(current)
            if fewer and max(trial.values()) <= max(level.values()):
                level, floor = trial, raised
                break
    return level


def _groups(
    graph: AssetGraph, level: Mapping[AssetName, int]
) -> dict[tuple[int, RunClass], list[AssetName]]:
    groups: dict[tuple[int, RunClass], list[AssetName]] = {}
    for asset in graph.assets.values():
        groups.setdefault((level[asset.name], asset.run_class), []).append(asset.name)
    return groups


class _Units:
    """The execution sets of a graph, each after the ones that it depends on."""

    def __init__(self, graph: AssetGraph) -> None:
        self._graph = graph
        self._unit_of = {
            name: tuple(sorted(asset.unit & graph.assets.keys()))
            for name, asset in graph.assets.items()
        }
        self._parents = {
            unit: {self._unit_of[parent] for name in unit for parent in graph.assets[name].parents}
            - {unit}
            for unit in self._unit_of.values()
        }
        try:
            self._order = list(TopologicalSorter(self._parents).static_order())
        except CycleError as error:
            raise InvalidGraph(_cycle(graph, error.args[1])) from error

    def levels(self, floor: Mapping[AssetName, int]) -> dict[AssetName, int]:
        """Return the level of each asset, at least its level in `floor`."""
        level: dict[tuple[AssetName, ...], int] = {}
        for unit in self._order:
            arrivals = [
                level[parent] + self._changes_class(parent, unit) for parent in self._parents[unit]
            ]
            level[unit] = max([*arrivals, *(floor.get(name, 0) for name in unit)])
        return {name: level[unit] for name, unit in self._unit_of.items()}

    def _changes_class(self, parent: tuple[AssetName, ...], unit: tuple[AssetName, ...]) -> bool:
        assets = self._graph.assets
        return assets[parent[0]].run_class != assets[unit[0]].run_class


def _cycle(graph: AssetGraph, units: list[tuple[AssetName, ...]]) -> str:
    path = " → ".join(f"{' + '.join(unit)} ({graph.assets[unit[0]].location})" for unit in units)
    return (
        f"The assets depend on each other in a cycle, so no run can start: {path}. "
        "Remove one of the dependencies. Assets joined by '+' are materialized by one step that "
        "cannot be split; the cycle may exist only because of that."
    )
