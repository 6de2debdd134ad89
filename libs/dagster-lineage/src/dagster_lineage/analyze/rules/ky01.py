"""KY01: one key that two places make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.producers import rivals
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.findings import Finding


def same_model_name(first: LocatedAsset, other: LocatedAsset) -> bool:
    """Two dbt projects that have a model of one name: KY04 says it in dbt's terms."""
    return (
        bool(first.asset.unique_id and other.asset.unique_id)
        and first.asset.name == other.asset.name
        and first.where.project != other.where.project
    )


class OneKeyTwoProducers(Rule):
    """Two places make an asset with the same key.

    Dagster shows one of them, and loses what the other one reads; a click on "materialize" is
    refused, a schedule starts it all the same (dagster#18534). Each run overwrites what the other
    one wrote, or they write two tables and readers get either. `dagster definitions validate` says
    that all is well: it never sees two locations at a time.

    **Anti-pattern**

        # projects/ingestion                     # projects/ml
        @dg.asset(key=["shop", "users"])         @dg.asset(key=["shop", "users"])
        def users(): ...                         def cleaned_users(): ...

    **Best practice**

    One of them makes it; the other one reads it, or makes something of its own.

        # projects/ml
        @dg.asset(key=["ml", "users"], deps=[dg.AssetKey(["shop", "users"])])
        def cleaned_users(): ...
    """

    code: ClassVar[str] = "KY01"
    name: ClassVar[str] = "one-key-two-producers"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One per asset that has another one's key, where that one's prefix is not its own."""
        for first, other in rivals(graph):
            if same_model_name(first, other):
                continue
            file, line = first.place
            told = (
                f"location `{first.where.interface.location}`, too, at"
                if first.where.project == other.where.project
                else f"`{first.where.project}`, too, at"
            )
            yield self.at_asset(
                other,
                f"`{other.asset.key}` is made by {told} {file}:{line}.",
                fix="Let one of them make it: give this one another key, or take it out of one "
                "location's selection.",
                other=first,
            )
