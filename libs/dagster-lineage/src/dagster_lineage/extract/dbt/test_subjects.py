"""What a data test is about, where it depends on several tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from dagster_lineage.extract.dbt.fields import Node, dagster_meta, mapping, parents, text

_MODEL = re.compile(r"\b(ref|source)\s*\(([^()]*)\)")
_TEXT = re.compile(r"""(?<![=\w])\s*['"]([^'"]*)['"]""")
_TABLES = frozenset({"model", "seed", "snapshot"})


class Subjects:
    """Finds what the data tests of one manifest are about.

    Args:
        nodes: Nodes and sources by unique id.
        root_package: Name of the project.
    """

    def __init__(self, nodes: Mapping[str, Node], root_package: str) -> None:
        self._nodes = nodes
        self._root_package = root_package
        self._by_name: dict[tuple[str, ...], list[str]] = {}
        for unique_id, node in nodes.items():
            kind = text(node, "resource_type")
            named: tuple[str, ...]
            if kind == "source":
                named = ("source", text(node, "source_name"), text(node, "name"))
            elif kind in _TABLES:
                named = ("ref", text(node, "name"))
            else:
                continue
            self._by_name.setdefault(named, []).append(unique_id)

    def of(self, node: Node) -> str:
        """Unique id of what a test is about; empty when nothing of it is in the manifest.

        Looked for in the order of dagster-dbt (`asset_utils.get_asset_check_key_for_test`), and
        further: dagster-dbt gives up where only the test's arguments tell.
        """
        named = self._named_in_meta(node)
        if named:
            return named
        tested = [parent for parent in parents(node) if parent in self._nodes]
        if len(tested) == 1:
            return tested[0]
        attached = text(node, "attached_node")
        if attached in self._nodes:
            return attached
        # Sources have no `attached_node`, and no test had one before dbt 1.5.
        return self._named_in_arguments(node, tested) or (tested[0] if tested else "")

    def _named_in_meta(self, node: Node) -> str:
        reference = mapping(dagster_meta(node), "ref")
        if not reference:
            return ""
        package = text(reference, "package") or self._root_package
        version = text(reference, "version")
        for unique_id in self._by_name.get(("ref", text(reference, "name")), ()):
            found = self._nodes[unique_id]
            if (text(found, "package_name"), text(found, "version")) == (package, version):
                return unique_id
        return ""

    def _named_in_arguments(self, node: Node, tested: Collection[str]) -> str:
        model = text(mapping(mapping(node, "test_metadata"), "kwargs"), "model")
        call = _MODEL.search(model)
        if call is None:
            return ""
        names = tuple(_TEXT.findall(call.group(2)))
        named = ("source", *names) if call.group(1) == "source" else ("ref", *names[-1:])
        found = [one for one in self._by_name.get(named, ()) if one in tested]
        return found[0] if found else ""
