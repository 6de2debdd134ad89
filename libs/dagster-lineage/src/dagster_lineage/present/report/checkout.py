"""What the page takes from the checkout: the SQL of models, and links to files."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from dagster_lineage.model.places import PACKAGE_SEPARATOR
from dagster_lineage.present.report.nodes import REMOVED, PageNode

_LONGEST = 20_000
"""Characters of a file that are shown."""


class Checkout(Struct, frozen=True):
    """The checkout of a repository."""

    root: Path
    link: str = ""
    """Address of a file, with `{path}` and `{line}`; empty for no links."""

    def sql(self, node: PageNode) -> str:
        """Return the SQL file that defines an asset; empty if it has none here."""
        if node.where is None or node.kind == REMOVED or not node.asset.at:
            return ""
        file, _ = node.where.path(node.asset.at)
        if not file.endswith(".sql") or PACKAGE_SEPARATOR in file:
            return ""
        try:
            text = (self.root / file).read_text("utf-8", errors="replace").strip()
        except (OSError, ValueError):
            return ""
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n… (cut)"
