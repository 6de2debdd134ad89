"""Dependencies of a node: its parents, resolved through nodes without a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_lineage.extract.dbt.manifest_nodes import ManifestResource

_READABLE = frozenset({"model", "seed", "snapshot", "source"})


@dataclass(frozen=True, slots=True)
class Dependency:
    """A table that a node reads."""

    target: str
    """Unique id of the model, seed, snapshot or source."""
    named_by: str
    """Unique id of the node whose code names it: the reader itself, or the ephemeral model between
    them."""


class Dependencies:
    """The tables that the nodes of a manifest read.

    Ephemeral models (and metrics, semantic models, saved queries, functions) are no tables: who
    reads them reads what they read, as in dagster-dbt (`asset_utils.get_upstream_unique_ids`).

    Args:
        nodes: All resources of the manifest by unique id.
    """

    def __init__(self, nodes: Mapping[str, ManifestResource]) -> None:
        self._nodes = nodes
        self._through: dict[str, tuple[Dependency, ...]] = {}

    def of(self, unique_id: str) -> tuple[Dependency, ...]:
        """Each table once, in the order of the manifest; those that it names itself first."""
        self._see_through(unique_id)
        return self._answer(unique_id)

    def _parents(self, unique_id: str) -> list[tuple[str, bool]]:
        """Return the parents that can be read, and whether each has no table."""
        found = []
        reader = self._nodes.get(unique_id)
        for parent in reader.parents if reader else ():
            node = self._nodes.get(parent)
            if node is None or not node.is_enabled:
                continue
            passed_through = node.is_passed_through
            if passed_through or node.resource_type in _READABLE:
                found.append((parent, passed_through))
        return found

    def _see_through(self, unique_id: str) -> None:
        """Resolve the nodes without a table behind a node, the farthest first.

        Not by recursion: chains of ephemeral models are longer than Python's stack.
        """
        waiting = [unique_id]
        entered: set[str] = set()
        while waiting:
            one = waiting[-1]
            behind = [
                parent
                for parent, passed_through in self._parents(one)
                # A cycle, which dbt would refuse, ends at what was entered before.
                if passed_through and parent not in self._through and parent not in entered
            ]
            if behind and one not in entered:
                entered.add(one)
                waiting += behind
                continue
            waiting.pop()
            if one != unique_id and one not in self._through:
                self._through[one] = ()
                self._through[one] = self._answer(one)

    def _answer(self, unique_id: str) -> tuple[Dependency, ...]:
        direct: dict[str, Dependency] = {}
        hidden: list[Dependency] = []
        for parent, passed_through in self._parents(unique_id):
            if passed_through:
                hidden += self._through.get(parent, ())
            else:
                direct.setdefault(parent, Dependency(parent, unique_id))
        for one in hidden:
            direct.setdefault(one.target, one)
        return tuple(direct.values())

    def missing(self) -> tuple[str, ...]:
        """Unique ids that nodes depend on, and that the manifest does not have."""
        return tuple(
            sorted(
                {
                    parent
                    for node in self._nodes.values()
                    for parent in node.parents
                    if parent not in self._nodes
                }
            )
        )
