"""CO03: a reader relies on a promise that the producer does not give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import ReferenceRule, readers_of
from dagster_lineage.analyze.rules.co02 import column_named
from dagster_lineage.model import Asset, LineageGraph, Reference, column_of
from dagster_lineage.model.findings import Finding, Level


class PromiseDropped(ReferenceRule):
    """A reader relies on a column being unique or never null, which its producer does not promise.

    A reader's test finds the duplicate after it has come; the producer's own stops it. A producer
    that promises nothing at all, and has no contract either, is not asked: there the reader's test
    is all that there is.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: customer_id
          data_tests: [unique]

        # projects/marts_dbt/models/staging/_sources.yml
        - name: customer_id
          data_tests: [unique, not_null]

    **Best practice**

    The producer promises what its readers rely on: by a constraint of its contract, or by a data
    test of severity error.

        # projects/jaffle_dbt/models/_models.yml
        - name: customer_id
          constraints: [{type: not_null}]
          data_tests: [unique]
    """

    code: ClassVar[str] = "CO03"
    name: ClassVar[str] = "promise-dropped"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per source, or dependency in Python, and column."""
        for reference in graph.unmet_references:
            yield from self._of(reference)

    def _of(self, reference: Reference) -> Iterator[Finding]:
        asset = reference.producer.asset
        seen: set[str] = set()
        for name, expected, place in reference.expectations():
            if not (expected.not_null or expected.unique):
                continue
            found = column_named(reference.producer, name)
            if found is None or found[0] in seen or not _promises(asset):
                continue
            spelled, column = found
            lacking = []
            if expected.unique and not (column.unique or asset.grain == (spelled,)):
                lacking.append("unique")
            if expected.not_null and not column.not_null:
                lacking.append("not null")
            if not lacking:
                continue
            seen.add(spelled)
            relied = " and ".join(lacking)
            yield self.at_reference(
                reference,
                f"`{asset.key}` does not promise that `{spelled}` is {relied}, on which "
                f"{readers_of(reference)} relies.",
                fix=(
                    f"Let {reference.producer.where.project} test or constrain it, or do without "
                    "it in the reader."
                ),
                key=column_of(asset.key, spelled),
                place=place,
            )


def _promises(asset: Asset) -> bool:
    """Whether the producer gives promises at all, so that a missing one means something."""
    return (
        asset.contract
        or bool(asset.grain)
        or any(column.not_null or column.unique for column in asset.columns.values())
    )
