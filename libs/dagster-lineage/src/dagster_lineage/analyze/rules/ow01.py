"""OW01: an asset without an owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Asset, LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed

FIX = "Set `owners` to a team (`team:finance`) or an email address, or in dbt the model's `group`."


class MissingOwner(GraphRule):
    """An asset that a code location produces has no owner.

    Without an owner, there is no team to ask when the asset fails or when its upstream changes. A
    project in which more than half of the assets have no owner gets one finding, and so does a
    repository without any owner.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: orders

    **Best practice**

    Set `meta.dagster.owners` or a group whose owner has an email address in dbt, and `owners=[…]`
    in Python.

        - name: orders
          config: {meta: {dagster: {owners: ["team:analytics_engineering"]}}}
    """

    code: ClassVar[str] = "OW01"
    name: ClassVar[str] = "missing-owner"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per asset, per project, or for the repository."""
        lacking: list[tuple[LocatedInterface, list[Asset], int]] = []
        owned = False
        for where in graph.located:
            produced = [asset for asset in where.interface.assets if asset.executable]
            without = [asset for asset in produced if not asset.owners]
            owned |= len(without) < len(produced)
            if without:
                lacking.append((where, without, len(produced)))
        if lacking and not owned:
            where, without, _ = lacking[0]
            projects = listed(one.project for one, _, _ in lacking)
            every = [asset for _, assets, _ in lacking for asset in assets]
            folders = tuple(one.folder for one, _, _ in lacking) if len(lacking) > 1 else ()
            yield self._of(where, every, f"No asset of {projects} has an owner.", folders)
            return
        for where, without, count in lacking:
            if len(without) > 1 and 2 * len(without) > count:
                keys = listed(asset.key for asset in without)
                message = f"{len(without)} of {count} assets of {where.project} have no owner: "
                yield self._of(where, without, f"{message}{keys}.")
            else:
                for asset in without:
                    located = LocatedAsset(where, asset)
                    yield self.at_asset(located, f"`{asset.key}` has no owner.", fix=FIX)

    def _of(
        self,
        where: LocatedInterface,
        assets: list[Asset],
        message: str,
        folders: tuple[str, ...] = (),
    ) -> Finding:
        place = where.path(assets[0].at)
        keys = tuple(asset.key for asset in assets)
        return self.finding(place, where.project, message, fix=FIX, keys=keys, folders=folders)
