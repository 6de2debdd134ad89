"""ED01: an asset key without a producer, because it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.analyze.unresolved import UnresolvedReference
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding


class UnresolvedKey(GraphRule):
    """A dependency points at an asset key that no code location produces or declares.

    Dagster adds a stub asset for every dependency that it does not know. The definitions load, the
    graph looks complete, and the reader is never updated. The rule reports keys that are certainly
    wrong: other assets are produced under the same prefix, or a known key differs only in spelling
    (a typo, case, one part instead of two, another schema for the same table) or in one part of the
    path (`sales/export/orders` for `sales/orders`). Other keys under prefixes without a producer
    are reported by EX01. The known key is suggested, unless it depends on the key itself.

    **Anti-pattern**

    The upstream key is `jaffle/orders`.

        sources:
          - name: jaffle
            tables:
              - name: ordrs
                config:
                  meta: {dagster: {asset_key: ["jaffle", "ordrs"]}}

    **Best practice**

    Use the key of an existing asset. In Python, `get_asset_key_for_model("jaffle_dbt", "orders")`
    fails when the code location loads.

        sources:
          - name: jaffle
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}

    Declare what another system produces, in code as an external `AssetSpec`, or for a whole prefix
    in `pyproject.toml`:

        [[tool.lineage.external]]
        keys = ["legacy/*"]
        owner = "team:finance"
        reason = "loaded by the old warehouse until it is switched off"
        until = 2026-12-31
    """

    code: ClassVar[str] = "ED01"
    name: ClassVar[str] = "unresolved-key"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per place that names such a key."""
        for one in self.context.unresolved:
            if one.certain and not one.unknown:
                yield self._of(graph, one)

    def _of(self, graph: LineageGraph, one: UnresolvedReference) -> Finding:
        near = one.suggestion.key
        return self.finding(
            (one.file, one.line),
            one.where.project,
            f"{one.readers} reads `{one.key}`, which no code location produces.",
            fix=(
                f"Use `{near}`, or produce or declare `{one.key}`."
                if near
                else f"Produce `{one.key}`, declare it as an external asset, or stop reading it."
            ),
            key=one.key,
            nearest=near,
            owners=one.owners,
            other=graph.producer(near) if near else None,
        )
