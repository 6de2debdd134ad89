"""TE01: a dbt data test without an asset check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Asset, Check, LineageGraph, LocatedInterface, Source
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed

MANY = 10
"""Number of tests on sources of one project that are reported as one missing setting."""


class TestWithoutAssetCheck(GraphRule):
    """A dbt data test has no asset check, so its failure is not shown and blocks no asset.

    dagster-dbt creates no check for a test on a source unless `enable_source_tests_as_checks` is
    set, and none for a source's `relationships` test even then (dagster#33982). A singular test
    that refers to several models has a check only if it names the model that it tests. Ten or more
    tests on the sources of one project get one finding.

    **Anti-pattern**

        # projects/marts_dbt/models/staging/_sources.yml
        - name: orders
          columns:
            - name: customer_id
              data_tests:
                - relationships: {arguments: {to: source('jaffle', 'customers'), field: id}}

    **Best practice**

    Put the test on the model that reads the source.

        # projects/marts_dbt/models/staging/_staging.yml
        - name: stg_orders
          columns:
            - name: customer_id
              data_tests:
                - relationships: {arguments: {to: ref('stg_customers'), field: id}}
    """

    code: ClassVar[str] = "TE01"
    name: ClassVar[str] = "test-without-asset-check"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per test, or per project whose tests on sources all have no check."""
        for where in graph.located:
            for asset in where.interface.assets:
                for check in asset.checks:
                    if not check.visible:
                        yield self._on_asset(where, asset, check)
            hidden = [
                (source, check)
                for source in where.interface.sources
                for check in source.checks
                if not check.visible
            ]
            if len(hidden) >= MANY and not _has_visible_test(where):
                yield self._many(where, hidden)
            else:
                for source, check in hidden:
                    yield self._on_source(where, source, check)

    def _on_asset(self, where: LocatedInterface, asset: Asset, check: Check) -> Finding:
        return self._at(
            where,
            check.at or asset.described_at or asset.at,
            f"The data test `{check.name}` of `{asset.key}` has no asset check.",
            fix=_fix(check, asset.name),
            key=asset.key,
            owners=asset.owners,
        )

    def _on_source(self, where: LocatedInterface, source: Source, check: Check) -> Finding:
        readers = [
            asset
            for asset in where.interface.assets
            for read in asset.reads
            if read.source == source.name
        ]
        models = listed(asset.name or asset.key for asset in readers)
        fix = (
            f"Put it on the model that reads the source: {models}."
            if models
            else f"Put it on a model of {where.project} that reads the source."
        )
        return self._at(
            where,
            check.at or source.at,
            f"The data test `{check.name}` of source `{source.name}` has no asset check.",
            fix=fix,
            key=source.key,
            owners=tuple(dict.fromkeys(owner for asset in readers for owner in asset.owners)),
        )

    def _many(self, where: LocatedInterface, hidden: list[tuple[Source, Check]]) -> Finding:
        source, check = hidden[0]
        return self._at(
            where,
            check.at or source.at,
            f"{len(hidden)} data tests on sources of {where.project} have no asset check.",
            fix="Set `enable_source_tests_as_checks`, or put them on the models that read them.",
        )

    def _at(
        self,
        where: LocatedInterface,
        at: str,
        message: str,
        *,
        fix: str,
        key: str = "",
        owners: tuple[str, ...] = (),
    ) -> Finding:
        return self.finding(where.path(at), where.project, message, fix=fix, key=key, owners=owners)


def _has_visible_test(where: LocatedInterface) -> bool:
    return any(check.visible for source in where.interface.sources for check in source.checks)


def _fix(check: Check, name: str) -> str:
    if check.kind in ("", "singular"):
        details = f"{{name: {name}}}" if name else "{name: …}"
        return f"Name the model that it tests: `config(meta={{'dagster': {{'ref': {details}}}}})`."
    return "Select it in the `@dbt_assets` that produces the asset, or test the asset otherwise."
