"""The facts of an asset on the page: labels and texts."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.extract.dagster_instance import AssetState
from dagster_lineage.model import Asset, Partitions
from dagster_lineage.model.wording import counted, listed
from dagster_lineage.present.report.nodes import MISSING, REMOVED, PageNode

_MOST_KEYS = 8
_KINDS = {
    "asset": "asset",
    "external": "external: declared, without a producer in the repository",
    MISSING: "missing: read, but neither produced nor declared",
    REMOVED: "removed: exists at base only",
}


def facts(node: PageNode, state: AssetState) -> Iterator[tuple[str, str]]:
    """Yield label and text of each known fact, in the order in which they are shown."""
    asset = node.asset
    known = (
        ("Last materialized", state.materialized),
        ("Last run", state.run),
        ("Freshness result", state.freshness),
        ("Kind", _KINDS.get(node.kind, node.kind)),
        ("External because", node.note),
        ("Defined at", _place(node, asset.at)),
        ("Described at", _place(node, asset.described_at)),
        ("Table", asset.relation),
        ("Materialized", asset.materialized),
        ("Access", asset.access),
        ("Contract", "enforced" if asset.contract else ""),
        ("Version", _version(asset)),
        ("Deprecated on", asset.deprecation_date),
        ("Group", asset.group),
        ("Grain", ", ".join(asset.grain)),
        ("Partitions", partitions_text(asset.partitions) if asset.partitions else ""),
        ("Freshness", asset.freshness),
        ("Automation", asset.automation),
        ("Columns may be missing because", asset.unknown_columns),
    )
    return ((label, text) for label, text in known if text)


def partitions_text(partitions: Partitions) -> str:
    """Return the partitions of an asset in words.

    >>> partitions_text(Partitions(kind="static", keys=("eu", "us")))
    '2 keys: eu, us'
    """
    if partitions.kind == "time":
        parts = [f"time windows, cron {partitions.cron}", partitions.timezone]
        if partitions.start:
            parts.append(f"from {partitions.start}")
        if partitions.end:
            parts.append(f"until {partitions.end}")
        return ", ".join(filter(None, parts))
    if partitions.kind == "static":
        keys = listed(partitions.keys, _MOST_KEYS, code=False)
        return f"{counted(len(partitions.keys), 'key')}: {keys}"
    if partitions.kind == "dynamic":
        return f"dynamic, set {partitions.name}"
    if partitions.kind == "multi":
        return " and ".join(
            f"{name} ({partitions_text(one)})" for name, one in partitions.dimensions.items()
        )
    return "unknown"


def _version(asset: Asset) -> str:
    if not asset.version:
        return ""
    latest = asset.latest_version
    return f"{asset.version} (latest: {latest})" if latest else asset.version


def _place(node: PageNode, at: str) -> str:
    return at if node.where is None else node.where.place_text(at)
