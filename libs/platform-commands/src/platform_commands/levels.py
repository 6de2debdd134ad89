"""How often the paths to an asset cross to another code location or other partitions."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from platform_commands.errors import GraphWrong
from platform_commands.graph import AssetName, Graph, RunClass

GROUPS_MERGED = 60
"""Plans of more groups than this are carried out as they are: looking for merges would take long,
and is of use for few and small groups."""


def merged_levels(graph: Graph) -> dict[AssetName, int]:
    """The level of each asset, whole groups raised to a later one where that costs nothing.

    A group is what has the same class and level; it becomes one run. To raise it costs nothing if
    in the end there are fewer groups and no path has become longer.

    Raises:
        GraphWrong: assets are made from each other in a circle.
    """
    order = _Order(graph)
    level = order.levels({})
    groups = _places(graph, level)
    if len(groups) > GROUPS_MERGED:
        return level
    floor: dict[AssetName, int] = {}
    for at, run_class in sorted(groups, key=lambda place: -place[0]):
        for later in sorted(
            other for other, its_class in _places(graph, level) if its_class == run_class
        ):
            raised = floor | dict.fromkeys(groups[at, run_class], later)
            trial = order.levels(raised) if later > at else level
            shorter = len(_places(graph, trial)) < len(_places(graph, level))
            if shorter and max(trial.values()) <= max(level.values()):
                level, floor = trial, raised
                break
    return level


def _places(
    graph: Graph, level: Mapping[AssetName, int]
) -> dict[tuple[int, RunClass], list[AssetName]]:
    """The assets of each class and level."""
    places: dict[tuple[int, RunClass], list[AssetName]] = {}
    for asset in graph.assets.values():
        places.setdefault((level[asset.name], asset.run_class), []).append(asset.name)
    return places


class _Order:
    """The units of a graph, each after what it is made from."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._unit_of = {
            name: tuple(sorted(asset.unit & graph.assets.keys()))
            for name, asset in graph.assets.items()
        }
        self._before = {
            unit: {self._unit_of[parent] for name in unit for parent in graph.assets[name].parents}
            - {unit}
            for unit in self._unit_of.values()
        }
        try:
            self._order = list(TopologicalSorter(self._before).static_order())
        except CycleError as error:
            raise GraphWrong(_circle(graph, error.args[1])) from error

    def levels(self, floor: Mapping[AssetName, int]) -> dict[AssetName, int]:
        """How often the longest path to each asset crosses, but at least its `floor`."""
        level: dict[tuple[AssetName, ...], int] = {}
        for unit in self._order:
            arrivals = [
                level[parent] + self._crosses(parent, unit) for parent in self._before[unit]
            ]
            level[unit] = max([*arrivals, *(floor.get(name, 0) for name in unit)])
        return {name: level[unit] for name, unit in self._unit_of.items()}

    def _crosses(self, parent: tuple[AssetName, ...], unit: tuple[AssetName, ...]) -> bool:
        assets = self._graph.assets
        return assets[parent[0]].run_class != assets[unit[0]].run_class


def _circle(graph: Graph, units: list[tuple[AssetName, ...]]) -> str:
    shown = " → ".join(f"{' + '.join(unit)} ({graph.assets[unit[0]].location})" for unit in units)
    return (
        f"These assets are made from each other in a circle, so none can be first: {shown}. "
        "Take one of the dependencies out; assets joined by '+' come from one step that cannot be "
        "split, which may be the cause."
    )
