"""The boxes of the page that a finding or a change refers to."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.model import LineageGraph, split_column
from dagster_lineage.model.findings import Finding
from dagster_lineage.present.report.columns import ColumnTable
from dagster_lineage.present.report.nodes import PageNodes


class SubjectFinder:
    """Finds the boxes of findings and changes.

    Args:
        graph: The interface graph.
        nodes: The boxes.
        columns: The columns of the boxes.
    """

    def __init__(self, graph: LineageGraph, nodes: PageNodes, columns: ColumnTable) -> None:
        self._graph = graph
        self._nodes = nodes
        self._columns = columns
        self._projects = {
            where.project: at for at, where in reversed([*enumerate(nodes.locations)])
        }
        self._by_project = {
            (node.where.project, node.asset.key): box
            for box, node in enumerate(nodes.nodes)
            if node.where
        }

    def project(self, name: str) -> int:
        """Return the number of a project; -1 without an interface."""
        return self._projects.get(name, -1)

    def of_finding(self, finding: Finding) -> tuple[list[int], int]:
        """Return the boxes of a finding, the most relevant one first, and its column or -1.

        A finding on an edge has the key that is read and the place where it is read, so it belongs
        to both ends.
        """
        if finding.key in self._nodes.by_key:
            key, name = finding.key, ""
        else:
            key, name = split_column(finding.key)
        boxes = [box for one in (key, *finding.keys) for box in self._ends(finding, one)]
        named = self._named(finding, key)
        column = None if named is None or not name else self._columns.number(named, name)
        return list(dict.fromkeys(boxes)), -1 if column is None else column

    def _named(self, finding: Finding, key: str) -> int | None:
        return self._by_project.get((finding.project, key), self._nodes.by_key.get(key))

    def _ends(self, finding: Finding, key: str) -> Iterator[int]:
        """Yield the boxes of a key's readers at the place of a finding, and that of the key."""
        if (finding.project, key) not in self._by_project:
            for edge in self._graph.readers.get(key, ()):
                box = self._by_project.get((edge.where.project, edge.reader.key))
                reads_here = edge.where.project == finding.project
                # The finding of a group has the place of its first edge.
                at_place = bool(finding.keys) or self._is_at(finding, edge.place)
                if box is not None and reads_here and at_place:
                    yield box
        named = self._named(finding, key)
        if named is not None:
            yield named
        other = self._by_project.get((finding.other_project, key))
        if other is not None:
            yield other  # two projects produce the key

    def of_change(self, change: Change) -> list[int]:
        """Return the box of the asset that changed; none for a change of a whole project."""
        box = self._by_project.get((change.project, change.key), self._nodes.by_key.get(change.key))
        return [] if box is None else [box]

    @staticmethod
    def _is_at(finding: Finding, place: tuple[str, int]) -> bool:
        # A dbt source is one place for all models that read it.
        return place == (finding.file, finding.line) or finding.file.endswith((".yml", ".yaml"))
