"""KY01: one asset key with two producers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.producers import duplicate_producers, same_model_name
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding


class DuplicateKey(GraphRule):
    """Two definitions produce an asset with the same key.

    Dagster shows one of them and loses the dependencies of the other. The UI refuses to materialize
    it, and a schedule starts it all the same (dagster#18534). Each run overwrites the table of the
    other one, or the two write different tables. `dagster definitions validate` reports success,
    since it loads one code location at a time.

    **Anti-pattern**

        # projects/ingestion                     # projects/ml
        @dg.asset(key=["shop", "users"])         @dg.asset(key=["shop", "users"])
        def users(): ...                         def cleaned_users(): ...

    **Best practice**

    One definition produces the key. The other one reads it, or produces another key.

        # projects/ml
        @dg.asset(key=["ml", "users"], deps=[dg.AssetKey(["shop", "users"])])
        def cleaned_users(): ...
    """

    code: ClassVar[str] = "KY01"
    name: ClassVar[str] = "duplicate-key"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per asset whose key has another, expected producer."""
        for first, other in duplicate_producers(graph):
            if same_model_name(first, other):
                continue
            file, line = first.place
            producer = (
                f"code location `{first.where.interface.location}`"
                if first.where.project == other.where.project
                else f"`{first.where.project}`"
            )
            yield self.at_asset(
                other,
                f"`{other.asset.key}` is also produced by {producer} at {file}:{line}.",
                fix="Give this asset another key, or remove it from the selection of one code "
                "location.",
                other=first,
            )
