"""Assets and columns whose rows a branch may change, with the cause of each."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_lineage.analyze.diff import Change, InterfaceDiff
from dagster_lineage.model import LineageGraph

_ROWS_OF_ALL = frozenset(
    {
        "asset-added", "asset-removed", "key-changed", "no-longer-produced", "now-produced",
        "project-changed",
        "relation-changed", "became-ephemeral", "materialization-changed", "grain-changed",
        "partitions-changed", "partitions-narrowed", "partitions-widened", "columns-reordered",
    }
)  # fmt: skip
_ROWS_OF_A_COLUMN = frozenset(
    {
        "column-added", "column-listed", "column-removed", "column-renamed",
        "column-spelling-changed",
        "column-unknown", "type-changed", "type-narrowed", "type-widened", "type-unknown",
        "not-null-dropped", "uniqueness-dropped", "derivation-changed",
    }
)  # fmt: skip


class ChangedAssets:
    """Changed keys with their columns (None: the whole asset), and the cause of each."""

    def __init__(self) -> None:
        self.columns: dict[str, frozenset[str] | None] = {}
        self.causes: dict[str, str] = {}

    def add(self, key: str, column: str, cause: str) -> None:
        """Add a column; an empty column stands for the whole asset."""
        self.causes.setdefault(key, cause)
        known = self.columns.get(key, frozenset())
        self.columns[key] = None if known is None or not column else known | {column}

    def add_rows(
        self,
        cause: str,
        keys: frozenset[str] | None,
        project: str,
        graphs: Iterable[LineageGraph],
    ) -> None:
        """Add the assets whose rows a file may change: `keys`, or all of a project if None."""
        if keys is not None:
            for key in sorted(keys):
                self.add(key, "", cause)
            return
        for graph in graphs:
            for where in graph.located:
                if where.project == project:
                    for asset in where.interface.assets:
                        if asset.executable:
                            self.add(asset.key, "", cause)

    def add_changes(self, diff: InterfaceDiff, before: LineageGraph) -> None:
        """Add the differences between interfaces that can change rows.

        Owners, access and checks change no rows. The readers that such a change breaks are readers
        of a breaking change in `lineage diff`.
        """
        for change in diff.changes:
            cause = f"{change.kind} {change.subject}"
            if change.kind == "project-unreadable":
                for where in before.located:
                    if where.project == change.project:
                        for asset in where.interface.assets:
                            self.add(asset.key, "", cause)
            for key in {change.key, change.old_key} - {""}:
                for column in _columns(change):
                    self.add(key, column, cause)


def _columns(change: Change) -> set[str]:
    """Return the changed columns, with both names of a renamed one; "" stands for the asset."""
    if change.kind in _ROWS_OF_ALL:
        return {""}
    if change.kind not in _ROWS_OF_A_COLUMN:
        return set()
    renamed = change.kind in ("column-renamed", "column-spelling-changed")
    return {change.column, change.before} if renamed else {change.column}
