"""What a node reads: its parents, seen through what is no table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_lineage.dbt.fields import Node, is_enabled, is_passed_through, parents, text

_READABLE = frozenset({"model", "seed", "snapshot", "source"})


@dataclass(frozen=True, slots=True)
class Dependency:
    """A table that a node reads.

    Attributes:
        target: Unique id of the model, seed, snapshot or source.
        named_by: Unique id of the node whose code names it: the reader itself, or the ephemeral
            model between them.
    """

    target: str
    named_by: str


class Dependencies:
    """The tables that the nodes of a manifest read.

    Ephemeral models (and metrics, semantic models, saved queries, functions) are no tables: who
    reads them reads what they read, as in dagster-dbt (`asset_utils.get_upstream_unique_ids`).

    Args:
        nodes: Everything of the manifest that can depend or be depended on, by unique id.
    """

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes
        self._through: dict[str, tuple[Dependency, ...]] = {}

    def of(self, unique_id: str) -> tuple[Dependency, ...]:
        """Each table once, in the order of the manifest; those that it names itself first."""
        direct: dict[str, Dependency] = {}
        hidden: list[Dependency] = []
        for parent in parents(self._nodes.get(unique_id, {})):
            node = self._nodes.get(parent)
            if node is None or not is_enabled(node):
                continue
            if is_passed_through(node):
                hidden += self._behind(parent)
            elif text(node, "resource_type") in _READABLE:
                direct.setdefault(parent, Dependency(parent, unique_id))
        for one in hidden:
            direct.setdefault(one.target, one)
        return tuple(direct.values())

    def _behind(self, unique_id: str) -> tuple[Dependency, ...]:
        if unique_id not in self._through:
            self._through[unique_id] = ()  # a circle, which dbt would refuse, ends here
            self._through[unique_id] = self.of(unique_id)
        return self._through[unique_id]

    def missing(self) -> tuple[str, ...]:
        """Unique ids that nodes depend on, and that the manifest does not have."""
        return tuple(
            sorted(
                {
                    parent
                    for node in self._nodes.values()
                    for parent in parents(node)
                    if parent not in self._nodes
                }
            )
        )
