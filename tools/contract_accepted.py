"""The values that a dbt project's tests accept of other projects' columns.

A data test speaks of the project's own column; the rows that are made up for it come from another
project. What lies between are copies, which the interface knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dagster_lineage.api import Asset, Interface, split_column


def read_manifest(file: Path) -> dict[str, object]:
    """The dbt manifest; an empty one where there is none: the project is no dbt project."""
    if not file.is_file():
        return {}
    manifest: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return manifest


def accepted_by(interface: Interface, manifest: Mapping[str, object]) -> dict[str, list[object]]:
    """The values that a project's `accepted_values` tests accept of foreign columns.

    A test on a model speaks of the foreign column that its column is an unchanged copy of, over
    any number of models; a test on a source speaks of the source's column.

    Args:
        interface: Of the project.
        manifest: Of its dbt project; empty: it has none.

    Returns:
        By `key#column`.
    """
    keys = {asset.unique_id: asset.key for asset in interface.assets if asset.unique_id}
    sources = {source.name: source.key for source in interface.sources}
    own = {asset.key: asset for asset in interface.assets if asset.executable}
    found: dict[str, list[object]] = {}
    for node, column, values in _accepted_values(manifest):
        key = keys.get(node) or sources.get(".".join(node.split(".")[-2:]), "")
        origin = _origin(own, key, column)
        if origin:
            listed = found.setdefault(origin, list(values))
            found[origin] = [one for one in listed if one in values]
    return found


def _origin(own: Mapping[str, Asset], key: str, column: str) -> str:
    """The foreign column that a column is a copy of; empty if it is computed."""
    while key in own:
        declared = own[key].columns.get(column)
        if declared is None or not declared.copy or len(declared.derived_from) != 1:
            return ""
        key, column = split_column(declared.derived_from[0])
    return f"{key}#{column}" if key else ""


def _accepted_values(
    manifest: Mapping[str, object],
) -> Iterator[tuple[str, str, Sequence[object]]]:
    """What is tested (unique id), its column, and the accepted values, of each such test."""
    nodes = manifest.get("nodes", {})
    for node in nodes.values() if isinstance(nodes, dict) else ():
        test = node.get("test_metadata") or {}
        if test.get("name") == "accepted_values":
            arguments = test["kwargs"]
            tested = node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), "")
            yield tested, arguments.get("column_name", ""), arguments["values"]
