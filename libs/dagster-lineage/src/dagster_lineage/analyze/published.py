"""What a dbt project publishes, as its models' `access` tells, and what others read of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dagster_lineage.model import Asset, Crossing, LineageGraph, Located, Made

HIDDEN = ("protected", "private")
WITHOUT_ACCESS = ("seed", "snapshot")
"""dbt knows no access for them: they can be published by a model over them only."""


class ReadByOthers(NamedTuple):
    """An asset that other projects read, and the places where they name it."""

    made: Made
    crossings: tuple[Crossing, ...]

    @property
    def projects(self) -> list[str]:
        """Who reads it, sorted."""
        return sorted({crossing.where.project for crossing in self.crossings})

    @property
    def description(self) -> tuple[str, int]:
        """Where contract and access are written: dbt's YAML, where it describes the asset."""
        return self.made.where.path(self.made.asset.described_at or self.made.asset.at)


def read_by_others(graph: LineageGraph, wanted: Callable[[Asset], bool]) -> list[ReadByOthers]:
    """Assets that code makes and other projects read, sorted by project and key.

    Args:
        graph: The joined interfaces.
        wanted: Which assets are asked for; most crossings end at none of them.
    """
    found: dict[str, tuple[Made, list[Crossing]]] = {}
    for crossing in graph.crossings:
        made = crossing.made
        if wanted(made.asset) and made.asset.executable and crossing.between_projects:
            found.setdefault(made.asset.key, (made, []))[1].append(crossing)
    read = [ReadByOthers(made, tuple(crossings)) for made, crossings in found.values()]
    return sorted(read, key=lambda one: (one.made.where.file, one.made.asset.key))


def public_models(where: Located) -> list[Asset]:
    """Models that a project declares public; none, where it does not use dbt's access at all."""
    return [asset for asset in where.interface.assets if asset.access == "public"]


def is_hidden(asset: Asset) -> bool:
    """A model that is not public, or what only a model could publish."""
    return asset.access in HIDDEN or asset.kind in WITHOUT_ACCESS
