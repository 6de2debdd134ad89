"""The boxes of the page that a finding or a change refers to."""

from __future__ import annotations

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
        own = self._by_project.get((finding.project, key))
        readers = [
            box
            for edge in self._graph.readers.get(key, ())
            if edge.where.project == finding.project and own is None
            for box in [self._by_project.get((edge.where.project, edge.reader.key))]
            if box is not None and self._is_at(finding, edge.place)
        ]
        named = own if own is not None else self._nodes.by_key.get(key)
        boxes = [*readers, *([] if named is None else [named])]
        column = None if named is None or not name else self._columns.number(named, name)
        return list(dict.fromkeys(boxes)), -1 if column is None else column

    def of_change(self, change: Change) -> list[int]:
        """Return the box of the asset that changed; none for a change of a whole project."""
        box = self._by_project.get((change.project, change.key), self._nodes.by_key.get(change.key))
        return [] if box is None else [box]

    @staticmethod
    def _is_at(finding: Finding, place: tuple[str, int]) -> bool:
        # A dbt source is one place for all models that read it.
        return place == (finding.file, finding.line) or finding.file.endswith((".yml", ".yaml"))
