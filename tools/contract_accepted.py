"""The values that the `accepted_values` tests of a dbt project accept in upstream columns.

The tests are on columns of the project itself, while fixtures replace tables of other projects. The
interface contains the copied columns in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dagster_lineage.api import Asset, Interface, split_column


def read_manifest(file: Path) -> dict[str, object]:
    """Read the dbt manifest; return an empty one if the project has none."""
    if not file.is_file():
        return {}
    manifest: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return manifest


def accepted_by(interface: Interface, manifest: Mapping[str, object]) -> dict[str, list[object]]:
    """Return the values that a project's `accepted_values` tests accept in upstream columns.

    A test on a model applies to the upstream column of which its column is an unchanged copy,
    through any number of models; a test on a source applies to the source's column.

    Args:
        interface: Interface of the project.
        manifest: Manifest of its dbt project; empty if it has none.

    Returns:
        Accepted values by `key#column`.
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
    """Return the upstream column of which a column is a copy; empty if it is computed."""
    while key in own:
        declared = own[key].columns.get(column)
        if declared is None or not declared.copy or len(declared.derived_from) != 1:
            return ""
        key, column = split_column(declared.derived_from[0])
    return f"{key}#{column}" if key else ""


def _accepted_values(
    manifest: Mapping[str, object],
) -> Iterator[tuple[str, str, Sequence[object]]]:
    """Yield unique id and column of each tested resource, with the accepted values."""
    nodes = manifest.get("nodes", {})
    for node in nodes.values() if isinstance(nodes, dict) else ():
        test = node.get("test_metadata") or {}
        if test.get("name") == "accepted_values":
            arguments = test["kwargs"]
            tested = node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), "")
            yield tested, arguments.get("column_name", ""), arguments["values"]
