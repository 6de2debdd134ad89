"""What the page tells of an asset, besides its columns: pairs of label and text."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.model import Asset, Partitions
from dagster_lineage.present.report.nodes import MISSING, REMOVED, Node

_KEYS_SHOWN = 8
_KINDS = {
    "asset": "asset",
    "external": "external: declared, made by none of the code",
    MISSING: "missing: read, but neither made nor declared",
    REMOVED: "removed: only the base has it",
}


def facts(node: Node) -> Iterator[tuple[str, str]]:
    """Label and text of each fact that is known, in the order in which they are read."""
    asset = node.asset
    told = (
        ("Kind", _KINDS.get(node.kind, node.kind)),
        ("Outside because", node.note),
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
    )
    return ((label, text) for label, text in told if text)


def partitions_text(partitions: Partitions) -> str:
    """How an asset is partitioned, in words.

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
        shown = ", ".join(partitions.keys[:_KEYS_SHOWN])
        more = len(partitions.keys) - _KEYS_SHOWN
        return f"{len(partitions.keys)} keys: {shown}" + (f" and {more} more" if more > 0 else "")
    if partitions.kind == "dynamic":
        return f"dynamic, set {partitions.name}"
    if partitions.kind == "multi":
        return " and ".join(
            f"{name} ({partitions_text(one)})" for name, one in partitions.dimensions.items()
        )
    return "of a kind that is not known"


def _version(asset: Asset) -> str:
    if not asset.version:
        return ""
    latest = asset.latest_version
    return f"{asset.version} (latest: {latest})" if latest else asset.version


def _place(node: Node, at: str) -> str:
    if not at:
        return ""
    if node.where is None:
        return at
    file, line = node.where.path(at)
    return f"{file}:{line}"
