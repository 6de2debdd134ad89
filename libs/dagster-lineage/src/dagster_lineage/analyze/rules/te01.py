"""TE01: a data test that Dagster does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import listed
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import Asset, Check, LineageGraph, LocatedInterface, Source
from dagster_lineage.model.findings import Finding, Level

MANY = 10
"""Invisible tests on sources of one project from which on they are a setting, not single slips."""


class DataTestInvisible(Rule):
    """A dbt data test has no asset check, so nobody sees it fail, and it stops nothing.

    dagster-dbt makes no check of a test on a source unless `enable_source_tests_as_checks` is set,
    and none of a source's `relationships` test even then (dagster#33982); a singular test that
    refers to several models has one only if it says which it is of. Ten or more on the sources of
    one project are told once.

    **Anti-pattern**

        # projects/marts_dbt/models/staging/_sources.yml
        - name: orders
          columns:
            - name: customer_id
              data_tests:
                - relationships: {arguments: {to: source('jaffle', 'customers'), field: id}}

    **Best practice**

    The test stands on the consumer's own model, and is that team's.

        # projects/marts_dbt/models/staging/_staging.yml
        - name: stg_orders
          columns:
            - name: customer_id
              data_tests:
                - relationships: {arguments: {to: ref('stg_customers'), field: id}}
    """

    code: ClassVar[str] = "TE01"
    name: ClassVar[str] = "data-test-invisible"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per test; one per project whose tests on sources are all left out."""
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
            if len(hidden) >= MANY and not _some_seen(where):
                yield self._many(where, hidden)
            else:
                for source, check in hidden:
                    yield self._on_source(where, source, check)

    def _on_asset(self, where: LocatedInterface, asset: Asset, check: Check) -> Finding:
        return self._at(
            where,
            check.at or asset.described_at or asset.at,
            f"The data test `{check.name}` of `{asset.key}` has no asset check.",
            fix=_mend(check, asset.name),
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
            else (f"Put it on a model of {where.project} that reads the source.")
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
        file, line = where.path(at)
        return self.at(
            (file, line),
            where,
            message,
            fix=fix,
            key=key,
            owners=owners,
        )


def _some_seen(where: LocatedInterface) -> bool:
    return any(check.visible for source in where.interface.sources for check in source.checks)


def _mend(check: Check, name: str) -> str:
    if check.kind in ("", "singular"):
        details = f"{{name: {name}}}" if name else "{name: …}"
        return f"Say which model it is of: `config(meta={{'dagster': {{'ref': {details}}}}})`."
    return "Select it in the `@dbt_assets` that makes the asset, or test the asset in another way."
