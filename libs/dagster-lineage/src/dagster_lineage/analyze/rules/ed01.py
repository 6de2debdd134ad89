"""ED01: an edge ends nowhere because its key is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.analyze.unresolved import Unresolved, unresolved
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding


class EdgeToNothing(Rule):
    """Something reads an asset key that no code location makes and nobody declared.

    Dagster makes up a stub for every dependency that it does not know, so the definitions load, the
    graph looks whole, and the reader never hears of new data. It is reported here when the key is
    wrong beyond doubt: other assets are made under the same prefix, or a known key is the same but
    for a slip (letters, case, one part instead of two, another schema for the same table). A prefix
    under which nobody makes anything is EX01's.

    **Anti-pattern**

    Upstream makes `jaffle/orders`.

        sources:
          - name: jaffle
            tables:
              - name: ordrs
                config:
                  meta: {dagster: {asset_key: ["jaffle", "ordrs"]}}

    **Best practice**

    The key of an asset that somebody makes; for Python, ask for it by
    `get_asset_key_for_model("jaffle_dbt", "orders")`, which fails when the location loads.

        sources:
          - name: jaffle
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}

    What another system makes is declared, in code as an external `AssetSpec`, or for a whole prefix
    in `pyproject.toml`:

        [[tool.lineage.external]]
        keys = ["legacy/*"]
        owner = "team:finance"
        reason = "loaded by the old warehouse until it is switched off"
        until = 2026-12-31
    """

    code: ClassVar[str] = "ED01"
    name: ClassVar[str] = "edge-to-nothing"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per place that names such a key."""
        for one in unresolved(graph, self.settings):
            # Where a location could not be asked, the key may be made there: EX01 says so, once.
            # But a known key in another spelling is a slip all the same.
            if one.meant.sure or (one.wrong and not graph.unreadable):
                yield self._finding(graph, one)

    def _finding(self, graph: LineageGraph, one: Unresolved) -> Finding:
        other = graph.producer(one.meant.key) if one.meant.key else None
        fix = (
            f"Write `{one.meant.key}`, or make or declare `{one.key}`."
            if one.meant.key
            else f"Make `{one.key}`, declare it as an external asset, or stop reading it."
        )
        return Finding(
            code=self.code,
            name=self.name,
            level=self.level,
            file=one.file,
            line=one.line,
            project=one.where.project,
            message=f"{one.readers} reads `{one.key}`, which no code location makes.",
            fix=fix,
            key=one.key,
            nearest=one.meant.key,
            owners=one.owners,
            other_owners=other.asset.owners if other else (),
            other_project=other.where.project if other else "",
        )
