"""The assets of all code locations and what they are made from: plain values, no Dagster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

AssetName: TypeAlias = str
"""An asset key as people write it: `marts/daily_order_summary`."""
RunClass: TypeAlias = tuple[str, str, str | None]
"""Code location, repository and partitioning: what a run has one of."""


@dataclass(frozen=True)
class Asset:
    """One node of the graph."""

    name: AssetName
    location: str
    """The code location that makes it."""
    parents: frozenset[AssetName] = frozenset()
    repository: str = "__repository__"
    partitioning: str | None = None
    """What its partitions are and how they are filled; assets with another text need another run.
    None: it has no partitions."""
    made_with: frozenset[AssetName] = frozenset()
    """Assets that the same step makes and that cannot be made apart; itself may be left out."""
    pools: frozenset[str] = frozenset()
    executable: bool = True
    """False for assets that something outside Dagster makes."""

    @property
    def unit(self) -> frozenset[AssetName]:
        """What is made together with it, itself included."""
        return self.made_with | {self.name}

    @property
    def run_class(self) -> RunClass:
        """Assets of one class may be made by one run."""
        return (self.location, self.repository, self.partitioning)


@dataclass(frozen=True)
class Graph:
    """All assets, by name."""

    assets: Mapping[AssetName, Asset] = field(default_factory=dict)

    @classmethod
    def of(cls, assets: Iterable[Asset]) -> Graph:
        """A graph of these assets; parents that are not among them count as made elsewhere."""
        return cls({asset.name: asset for asset in assets})

    @cached_property
    def children(self) -> Mapping[AssetName, frozenset[AssetName]]:
        """The assets made from each asset."""
        children: dict[AssetName, set[AssetName]] = {name: set() for name in self.assets}
        for asset in self.assets.values():
            for parent in asset.parents & self.assets.keys():
                children[parent].add(asset.name)
        return {name: frozenset(found) for name, found in children.items()}

    def selected(self, names: Iterable[AssetName]) -> Graph:
        """The executable assets among `names`, whole units, and the edges between them.

        An edge by way of an asset that nothing in Dagster makes stays an edge: who is behind such
        an asset has to wait for who is before it.
        """
        wanted = {
            member
            for name in names
            if (asset := self.assets.get(name)) is not None and asset.executable
            for member in asset.unit
            if member in self.assets
        }
        return Graph(
            {
                name: replace(self.assets[name], parents=self._parents_among(name, wanted))
                for name in sorted(wanted)
            }
        )

    def downstream(self, names: Iterable[AssetName]) -> dict[AssetName, AssetName]:
        """What cannot be made if `names` cannot, with the one of `names` that is the cause.

        The others of a unit cannot be made either: their step is one.
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
        """Executable assets that nothing executable is made from, sorted."""
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
