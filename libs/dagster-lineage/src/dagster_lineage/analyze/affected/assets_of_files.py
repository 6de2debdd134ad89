"""Assets that a file defines or describes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dagster_lineage.model import LineageGraph

if TYPE_CHECKING:
    from dagster_lineage.analyze.affected.dbt_properties import (
        ChangedResources,  # importing yaml costs 40 ms
    )


class AssetsOfFiles:
    """Assets of files, at base and head together.

    Args:
        graphs: Interface graphs at base and at head.
    """

    def __init__(self, graphs: tuple[LineageGraph, LineageGraph]) -> None:
        self._graphs = graphs
        self._by_file: dict[str, dict[str, set[str]]] = {}

    def defined_in(self, path: str, project: str) -> frozenset[str] | None:
        """Return the keys of the assets that a file defines; None if no interface names the file.

        None means the whole project, because the use of such a file is unknown.
        """
        if project not in self._by_file:
            files: defaultdict[str, set[str]] = defaultdict(set)
            for graph in self._graphs:
                for where in graph.located:
                    if where.project == project:
                        for asset in where.interface.assets:
                            files[where.path(asset.at)[0]].add(asset.key)
            self._by_file[project] = files
        found = self._by_file[project].get(path)
        return frozenset(found) if found else None

    def described(self, project: str, changed: ChangedResources) -> frozenset[str] | None:
        """Return the keys that changed entries of a properties file describe; None: all keys.

        A model has the keys of its versions, and a source the keys of its readers.
        """
        if changed.everything:
            return None
        keys: set[str] = set()
        named: set[str] = set()
        for graph in self._graphs:
            for where in graph.located:
                if where.project != project:
                    continue
                for asset in where.interface.assets:
                    if asset.name in changed.models:
                        named.add(asset.name)
                        keys.add(asset.key)
                    elif any(read.source in changed.sources for read in asset.reads):
                        keys.add(asset.key)
        # The effect of an entry for a model that is in no interface is unknown.
        return frozenset(keys) if named == changed.models else None
