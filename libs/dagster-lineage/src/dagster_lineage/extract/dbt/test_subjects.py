"""What a data test is about, where it depends on several tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource

_MODEL = re.compile(r"\b(ref|source)\s*\(([^()]*)\)")
_TEXT = re.compile(r"""(?<![=\w])\s*['"]([^'"]*)['"]""")
_TABLES = frozenset({"model", "seed", "snapshot"})


class Subjects:
    """Finds what the data tests of one manifest are about.

    Args:
        nodes: Nodes and sources by unique id.
        root_package: Name of the project.
    """

    def __init__(
        self, nodes: Mapping[str, ManifestNode | ManifestSource], root_package: str
    ) -> None:
        self._nodes = nodes
        self._root_package = root_package
        self._by_name: dict[tuple[str, ...], list[str]] = {}
        for unique_id, node in nodes.items():
            named: tuple[str, ...]
            if isinstance(node, ManifestSource):
                named = ("source", node.source_name, node.name)
            elif node.resource_type in _TABLES:
                named = ("ref", node.name)
            else:
                continue
            self._by_name.setdefault(named, []).append(unique_id)

    def of(self, node: ManifestNode) -> str:
        """Unique id of what a test is about; empty when nothing of it is in the manifest.

        Looked for in the order of dagster-dbt (`asset_utils.get_asset_check_key_for_test`), and
        further: dagster-dbt does not look into the test's arguments.
        """
        named = self._named_in_meta(node)
        if named:
            return named
        tested = [parent for parent in node.parents if parent in self._nodes]
        if len(tested) == 1:
            return tested[0]
        attached = node.attached_node
        if attached and attached in self._nodes:
            return attached
        # Sources have no `attached_node`, and no test had one before dbt 1.5.
        return self._named_in_arguments(node, tested) or (tested[0] if tested else "")

    def _named_in_meta(self, node: ManifestNode) -> str:
        reference = node.dagster.ref
        package = reference.package or self._root_package
        version = "" if reference.version is None else str(reference.version)
        for unique_id in self._by_name.get(("ref", reference.name), ()):
            found = self._nodes[unique_id]
            if isinstance(found, ManifestNode) and (found.package_name, found.version) == (
                package,
                version,
            ):
                return unique_id
        return ""

    def _named_in_arguments(self, node: ManifestNode, tested: Collection[str]) -> str:
        model = node.test_metadata.kwargs.get("model") if node.test_metadata else None
        call = _MODEL.search(model) if isinstance(model, str) else None
        if call is None:
            return ""
        names = tuple(_TEXT.findall(call.group(2)))
        named = ("source", *names) if call.group(1) == "source" else ("ref", *names[-1:])
        found = [one for one in self._by_name.get(named, ()) if one in tested]
        return found[0] if found else ""
