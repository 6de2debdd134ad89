"""What a dbt project publishes, as its models' `access` tells, and what others read of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, LocatedInterface, Reference

HIDDEN = ("protected", "private")
WITHOUT_ACCESS = ("seed", "snapshot")
"""dbt knows no access for them: they can be published by a model over them only."""


class ReadByOthers(NamedTuple):
    """An asset that other projects read, and the places where they name it."""

    producer: LocatedAsset
    references: tuple[Reference, ...]

    @property
    def projects(self) -> list[str]:
        """Who reads it, sorted."""
        return sorted({reference.where.project for reference in self.references})

    @property
    def description(self) -> tuple[str, int]:
        """Where contract and access are written: dbt's YAML, where it describes the asset."""
        return self.producer.where.path(self.producer.asset.described_at or self.producer.asset.at)


def read_by_others(graph: LineageGraph, wanted: Callable[[Asset], bool]) -> list[ReadByOthers]:
    """Assets that code makes and other projects read, sorted by project and key.

    Args:
        graph: The joined interfaces.
        wanted: Which assets are asked for; most crossings end at none of them.
    """
    found: dict[str, tuple[LocatedAsset, list[Reference]]] = {}
    for reference in graph.references:
        producer = reference.producer
        if wanted(producer.asset) and producer.asset.executable and reference.between_projects:
            found.setdefault(producer.asset.key, (producer, []))[1].append(reference)
    read = [ReadByOthers(producer, tuple(references)) for producer, references in found.values()]
    return sorted(read, key=lambda one: (one.producer.where.file, one.producer.asset.key))


def public_models(where: LocatedInterface) -> list[Asset]:
    """Models that a project declares public; none, where it does not use dbt's access at all."""
    return [asset for asset in where.interface.assets if asset.access == "public"]


def is_hidden(asset: Asset) -> bool:
    """A model that is not public, or what only a model could publish."""
    return asset.access in HIDDEN or asset.kind in WITHOUT_ACCESS
