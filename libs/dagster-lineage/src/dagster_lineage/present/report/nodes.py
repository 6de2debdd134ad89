"""What the page draws: every asset once, and what is read although nobody tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dagster_lineage.files.settings import Settings, external_of
from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, LocatedInterface, split_column

MISSING = "missing"
"""A key that is read, and that nobody makes or declares."""
REMOVED = "removed"
"""An asset that the base had."""


@dataclass(frozen=True)
class Node:
    """A box of the page.

    Attributes:
        asset: What is known of it.
        where: Whose it is; None for what no project tells of.
        kind: The asset's kind, `missing` or `removed`.
        note: What else there is to say of it: why it is outside.
    """

    asset: Asset
    where: LocatedInterface | None
    kind: str
    note: str = ""


@dataclass
class Nodes:
    """All boxes, and which one a key stands for.

    Attributes:
        places: The code locations, in the order of projects.
        nodes: The boxes; those of one location follow each other.
        by_key: Number of the box by key: its maker's, or else who declares it.
        by_file: Number of the box by interface file and key.
    """

    places: list[LocatedInterface]
    nodes: list[Node]
    by_key: dict[str, int] = field(default_factory=dict)
    by_file: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, where: LocatedInterface, key: str) -> int | None:
        """The box that a location means by a key: its own, before another one's."""
        return self.by_file.get((where.file, key), self.by_key.get(key))


def collect(
    graph: LineageGraph, settings: Settings, removed: tuple[LocatedAsset, ...] = ()
) -> Nodes:
    """The boxes of a graph.

    Args:
        graph: All interfaces.
        settings: Tell which keys are outside, and whose they are.
        removed: Assets that only the base has: drawn, since somebody may still read them.
    """
    gone: dict[str, list[LocatedAsset]] = {}
    for producer in removed:
        gone.setdefault(producer.where.project, []).append(producer)
    nodes: list[Node] = []
    for where in graph.located:
        nodes += [Node(asset, where, asset.kind) for asset in _shown(graph, where)]
        # Of several locations of a project, the first one has what is gone.
        nodes += [Node(producer.asset, where, REMOVED) for producer in gone.pop(where.project, ())]
    nodes += [Node(producer.asset, None, REMOVED) for mades in gone.values() for producer in mades]
    found = Nodes([*graph.located], nodes)
    _index(found)
    for key in sorted({*_named(graph)} - found.by_key.keys()):
        external = external_of(settings, key)
        node = (
            Node(Asset(key=key, owners=(external.owner,)), None, "external", external.reason)
            if external
            else Node(Asset(key=key), None, MISSING)
        )
        found.by_key[key] = len(found.nodes)
        found.nodes.append(node)
    return found


def _shown(graph: LineageGraph, where: LocatedInterface) -> Iterator[Asset]:
    for asset in where.interface.assets:
        # Several may declare what is outside: it is one thing, shown with the first of them.
        if asset.executable or (
            asset.kind == "external"
            and asset.key not in graph.producers
            and graph.declared[asset.key][0].asset is asset
        ):
            yield asset


def _index(found: Nodes) -> None:
    for number, node in enumerate(found.nodes):
        found.by_key.setdefault(node.asset.key, number)
        if node.where and node.kind != REMOVED:
            found.by_file.setdefault((node.where.file, node.asset.key), number)
    for number, node in enumerate(found.nodes):
        # What is made now comes before what was.
        if node.kind != REMOVED and found.nodes[found.by_key[node.asset.key]].kind == REMOVED:
            found.by_key[node.asset.key] = number


def _named(graph: LineageGraph) -> Iterator[str]:
    """Every key that somebody reads or names."""
    for producer in graph.assets():
        for read in producer.asset.reads:
            yield read.key
        for column in producer.asset.columns.values():
            for origin in column.derived_from:
                yield split_column(origin)[0]
    for where in graph.located:
        for exposure in where.interface.exposures:
            yield from exposure.reads
