"""Which assets a file makes, and which a properties file describes, at either end."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dagster_lineage.model import LineageGraph

if TYPE_CHECKING:
    from dagster_lineage.analyze.affected.yaml_content import (
        ChangedResources,  # reading YAML costs 40 ms
    )


class AssetsOfFiles:
    """Answers for the two graphs together.

    Args:
        graphs: At base and at head.
    """

    def __init__(self, graphs: tuple[LineageGraph, LineageGraph]) -> None:
        self._graphs = graphs
        self._by_file: dict[str, dict[str, set[str]]] = {}

    def made_in(self, path: str, project: str) -> frozenset[str] | None:
        """Keys of the assets that a file of a project defines; None: no interface knows the file.

        Such a file may be anything, so that all of the project is meant.
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
        """Keys that changed entries of a properties file are about; None: all of the project.

        A model's are its versions; a source's are the assets that read through it.
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
        # An entry of a model that no interface has: nobody can tell what it does.
        return frozenset(keys) if named == changed.models else None
