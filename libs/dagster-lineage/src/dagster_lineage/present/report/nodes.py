"""The boxes of the page: every asset once, and every key without a producer that is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dagster_lineage.files.settings import Settings, external_of
from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, LocatedInterface, split_column

MISSING = "missing"
"""Kind of a key that is read, and neither produced nor declared."""
REMOVED = "removed"
"""Kind of an asset that exists at base only."""


@dataclass(frozen=True)
class PageNode:
    """A box of the page: an asset or a key."""

    asset: Asset
    where: LocatedInterface | None
    """Its interface; None for a key that is in none."""
    kind: str
    """The asset's kind, `missing` or `removed`."""
    note: str = ""
    """Why it is external, from the settings."""


@dataclass
class PageNodes:
    """All boxes, and the box of each key."""

    locations: list[LocatedInterface]
    """The code locations, sorted by project."""
    nodes: list[PageNode]
    """The boxes; those of one code location are consecutive."""
    by_key: dict[str, int] = field(default_factory=dict)
    """Number of the box by key: the producer's, or else that of a declaration."""
    by_file: dict[tuple[str, str], int] = field(default_factory=dict)
    """Number of the box by interface file and key."""

    def of(self, where: LocatedInterface, key: str) -> int | None:
        """Return the box of a key for a code location, which prefers its own."""
        return self.by_file.get((where.file, key), self.by_key.get(key))


def collect(
    graph: LineageGraph, settings: Settings, removed: tuple[LocatedAsset, ...] = ()
) -> PageNodes:
    """Return the boxes of a graph.

    Args:
        graph: The interface graph.
        settings: Settings with the external keys and their owners.
        removed: Assets that exist at base only. They are drawn, since they may still have readers.
    """
    gone: dict[str, list[LocatedAsset]] = {}
    for producer in removed:
        gone.setdefault(producer.where.project, []).append(producer)
    nodes: list[PageNode] = []
    for where in graph.located:
        nodes += [PageNode(asset, where, asset.kind) for asset in _shown(graph, where)]
        # The first code location of a project shows the removed assets.
        nodes += [
            PageNode(producer.asset, where, REMOVED) for producer in gone.pop(where.project, ())
        ]
    nodes += [
        PageNode(producer.asset, None, REMOVED)
        for producers in gone.values()
        for producer in producers
    ]
    found = PageNodes([*graph.located], nodes)
    _index(found)
    for key in sorted({*_named(graph)} - found.by_key.keys()):
        external = external_of(settings, key)
        node = (
            PageNode(Asset(key=key, owners=(external.owner,)), None, "external", external.reason)
            if external
            else PageNode(Asset(key=key), None, MISSING)
        )
        found.by_key[key] = len(found.nodes)
        found.nodes.append(node)
    return found


def _shown(graph: LineageGraph, where: LocatedInterface) -> Iterator[Asset]:
    for asset in where.interface.assets:
        # Several code locations may declare one external asset, which the first one shows.
        if asset.executable or (
            asset.kind == "external"
            and asset.key not in graph.producers
            and graph.declared[asset.key][0].asset is asset
        ):
            yield asset


def _index(found: PageNodes) -> None:
    for number, node in enumerate(found.nodes):
        found.by_key.setdefault(node.asset.key, number)
        if node.where and node.kind != REMOVED:
            found.by_file.setdefault((node.where.file, node.asset.key), number)
    for number, node in enumerate(found.nodes):
        # An existing asset has precedence over a removed one.
        if node.kind != REMOVED and found.nodes[found.by_key[node.asset.key]].kind == REMOVED:
            found.by_key[node.asset.key] = number


def _named(graph: LineageGraph) -> Iterator[str]:
    """Yield every key that an asset or an exposure refers to."""
    for producer in graph.assets():
        for read in producer.asset.reads:
            yield read.key
        for column in producer.asset.columns.values():
            for origin in column.derived_from:
                yield split_column(origin)[0]
    for where in graph.located:
        for exposure in where.interface.exposures:
            yield from exposure.reads
