"""Models that other projects read, and models that their project keeps to itself by `access`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from msgspec import Struct

from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, LocatedInterface, Reference

HIDDEN = ("protected", "private")
WITHOUT_ACCESS = ("seed", "snapshot")
"""Kinds to which dbt gives no access: only a model that selects from them can be public."""


class ReadByOthers(Struct, frozen=True, gc=False):
    """An asset that other projects read, and the places where they name it."""

    producer: LocatedAsset
    references: tuple[Reference, ...]

    @property
    def projects(self) -> list[str]:
        """Projects that read it, sorted."""
        return sorted({reference.where.project for reference in self.references})

    @property
    def description(self) -> tuple[str, int]:
        """File and line of its contract and access: in dbt's YAML, if that describes the asset."""
        return self.producer.where.path(self.producer.asset.described_at or self.producer.asset.at)


class HiddenReads(Struct, frozen=True, gc=False):
    """The assets of one project that others read although they are not public."""

    where: LocatedInterface
    public: list[Asset]
    """Public models of the project; none if it does not use dbt's access at all."""
    reads: list[ReadByOthers]


def read_by_others(graph: LineageGraph, wanted: Callable[[Asset], bool]) -> list[ReadByOthers]:
    """Return assets that are produced in one project and read in others, by project and key.

    Args:
        graph: The interface graph.
        wanted: Selects the assets, before anything else is compared.
    """
    found: dict[str, tuple[LocatedAsset, list[Reference]]] = {}
    for reference in graph.references:
        producer = reference.producer
        if wanted(producer.asset) and producer.asset.executable and reference.between_projects:
            found.setdefault(producer.asset.key, (producer, []))[1].append(reference)
    read = [ReadByOthers(producer, tuple(references)) for producer, references in found.values()]
    return sorted(read, key=lambda one: (one.producer.where.file, one.producer.asset.key))


def hidden_reads(graph: LineageGraph) -> Iterator[HiddenReads]:
    """Yield reads of models that are not public, by project."""
    hidden = read_by_others(graph, is_hidden)
    for _, group in groupby(hidden, key=lambda read: read.producer.where.file):
        reads = list(group)
        where = reads[0].producer.where
        yield HiddenReads(where, public_models(where), reads)


def nearest_public_model(graph: LineageGraph, hidden: ReadByOthers) -> str:
    """Return the key of the public model of the same project that is made of a hidden one.

    It is the one with the fewest models in between; empty if there is none, or several of them.
    """
    where = hidden.producer.where
    keys = seen = {hidden.producer.asset.key}
    while keys:
        readers = [
            edge.reader
            for key in sorted(keys)
            for edge in graph.readers.get(key, ())
            if edge.where is where and edge.reader.key not in seen
        ]
        public = {reader.key for reader in readers if reader.access == "public"}
        if public:
            return public.pop() if len(public) == 1 else ""
        keys = {reader.key for reader in readers}
        seen = seen | keys
    return ""


def public_models(where: LocatedInterface) -> list[Asset]:
    """Return the public models of a project; none if it does not use dbt's access at all."""
    return [asset for asset in where.interface.assets if asset.access == "public"]


def is_hidden(asset: Asset) -> bool:
    """Return whether an asset is a model that is not public, or of a kind that cannot be."""
    return asset.access in HIDDEN or asset.kind in WITHOUT_ACCESS
