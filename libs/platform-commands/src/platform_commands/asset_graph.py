"""The assets of all code locations and the edges between them, independent of Dagster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, TypeAlias

AssetName: TypeAlias = str
"""An asset key as text: `marts/daily_order_summary`."""


class RunClass(NamedTuple):
    """What all assets of one run have in common."""

    location: str
    """Name of the code location."""
    repository: str
    partitioning: str
    """Partitions definition and backfill policy; empty for assets without partitions."""


@dataclass(frozen=True)
class AssetNode:
    """One asset of the graph."""

    name: AssetName
    location: str
    """The code location that produces it."""
    parents: frozenset[AssetName] = frozenset()
    repository: str = "__repository__"
    partitioning: str = ""
    """See `RunClass.partitioning`."""
    execution_set: frozenset[AssetName] = frozenset()
    """Assets of the same step that cannot be materialized separately."""
    pools: frozenset[str] = frozenset()
    executable: bool = True
    """False for external assets."""

    @property
    def unit(self) -> frozenset[AssetName]:
        """The execution set with this asset."""
        return self.execution_set | {self.name}

    @property
    def run_class(self) -> RunClass:
        """The class of runs that can materialize it."""
        return RunClass(self.location, self.repository, self.partitioning)


@dataclass(frozen=True)
class AssetGraph:
    """Assets by name."""

    assets: Mapping[AssetName, AssetNode] = field(default_factory=dict)

    @classmethod
    def of(cls, assets: Iterable[AssetNode]) -> AssetGraph:
        """Return the graph of these assets; a parent that is not among them has no effect."""
        return cls({asset.name: asset for asset in assets})

    @cached_property
    def children(self) -> Mapping[AssetName, frozenset[AssetName]]:
        """Direct readers of each asset."""
        children: dict[AssetName, set[AssetName]] = {name: set() for name in self.assets}
        for asset in self.assets.values():
            for parent in asset.parents & self.assets.keys():
                children[parent].add(asset.name)
        return {name: frozenset(found) for name, found in children.items()}

    def selected(self, names: Iterable[AssetName]) -> AssetGraph:
        """Return the executable assets of `names`, with complete execution sets and their edges.

        A path through external assets becomes an edge: the asset after them has to wait for the
        asset before them.
        """
        wanted = {
            member
            for name in names
            if (asset := self.assets.get(name)) is not None and asset.executable
            for member in asset.unit & self.assets.keys()
        }
        return AssetGraph(
            {
                name: replace(self.assets[name], parents=self._parents_among(name, wanted))
                for name in sorted(wanted)
            }
        )

    def downstream(self, names: Iterable[AssetName]) -> dict[AssetName, AssetName]:
        """Return the assets that cannot be materialized without `names`, each with one of `names`.

        This includes complete execution sets, since each of them is one step.
        """
        cause: dict[AssetName, AssetName] = {}
        starts = sorted(name for name in names if name in self.assets)
        for start in starts:
            queue = [start]
            while queue:
                for child in sorted(self.children[queue.pop()]):
                    for member in sorted(self.assets[child].unit & self.assets.keys()):
                        if member not in cause and member not in starts:
                            cause[member] = start
                            queue.append(member)
        return cause

    def leaves(self) -> list[AssetName]:
        """Return the executable assets that no executable asset reads, sorted."""
        return sorted(
            name
            for name, asset in self.assets.items()
            if asset.executable
            and not any(self.assets[child].executable for child in self.children[name])
        )

    def _parents_among(self, name: AssetName, wanted: set[AssetName]) -> frozenset[AssetName]:
        found: set[AssetName] = set()
        seen: set[AssetName] = set()
        queue = list(self.assets[name].parents)
        while queue:
            parent = queue.pop()
            if parent in seen:
                continue
            seen.add(parent)
            if parent in wanted:
                found.add(parent)
            elif parent in self.assets and not self.assets[parent].executable:
                queue.extend(self.assets[parent].parents)
        return frozenset(found - {name})
