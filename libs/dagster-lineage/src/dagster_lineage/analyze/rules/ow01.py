"""OW01: an asset that nobody owns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import listed
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.findings import Finding, Level

MEND = "Give it `owners`: a team (`team:finance`) or an e-mail address; in dbt, or by its group."


class AssetWithoutOwner(Rule):
    """An asset that code makes has no owner.

    When it breaks, or somebody wants to change what it reads, nobody knows whom to ask. A project
    with owners for less than half of its assets is told once, with the number; so is a repository
    that has none at all.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: orders

    **Best practice**

    A dbt group with an owner's address, or `meta.dagster.owners`; in Python `owners=[…]`.

        - name: orders
          config: {meta: {dagster: {owners: ["team:analytics_engineering"]}}}
    """

    code: ClassVar[str] = "OW01"
    name: ClassVar[str] = "asset-without-owner"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per asset, or one per project, or one for all."""
        lacking: list[tuple[LocatedInterface, list[Asset], int]] = []
        owned = False
        for where in graph.located:
            producer = [asset for asset in where.interface.assets if asset.executable]
            without = [asset for asset in producer if not asset.owners]
            owned |= len(without) < len(producer)
            if without:
                lacking.append((where, without, len(producer)))
        if lacking and not owned:
            yield self._nobody(lacking)
            return
        for where, without, made_count in lacking:
            if len(without) > 1 and 2 * len(without) > made_count:
                yield self._many(where, without, made_count)
            else:
                for asset in without:
                    told = f"`{asset.key}` has no owner."
                    yield self.at_asset(LocatedAsset(where, asset), told, fix=MEND)

    def _nobody(self, lacking: list[tuple[LocatedInterface, list[Asset], int]]) -> Finding:
        where, without, _ = lacking[0]
        projects = list(dict.fromkeys(one.project for one, _, _ in lacking))
        of = listed(projects) if len(projects) > 1 else f"`{projects[0]}`"
        return self._once(where, without[0], f"No asset of {of} has an owner.")

    def _many(self, where: LocatedInterface, without: list[Asset], producer: int) -> Finding:
        first = listed(asset.key for asset in without)
        told = f"{len(without)} of {producer} assets of {where.project} have no owner: {first}."
        return self._once(where, without[0], told)

    def _once(self, where: LocatedInterface, first: Asset, message: str) -> Finding:
        file, line = where.path(first.at)
        return self.at(
            (file, line),
            where,
            message,
            fix=MEND,
        )
