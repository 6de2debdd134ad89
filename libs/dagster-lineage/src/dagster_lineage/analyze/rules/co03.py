"""CO03: a reader relies on a guarantee that the producer does not state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.unmet import missing_guarantees
from dagster_lineage.analyze.rule import GraphRule, readers_of
from dagster_lineage.model import LineageGraph, column_of
from dagster_lineage.model.findings import Finding, Level


class MissingGuarantee(GraphRule):
    """A reader relies on a column being unique or not null, which its producer does not guarantee.

    A test of the reader finds a duplicate after it was published. A test or constraint of the
    producer prevents its publication. Nothing is reported for a producer that guarantees nothing at
    all and has no contract.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: customer_id
          data_tests: [unique]

        # projects/marts_dbt/models/staging/_sources.yml
        - name: customer_id
          data_tests: [unique, not_null]

    **Best practice**

    Guarantee what readers rely on by a constraint of the contract or by a data test of severity
    error.

        # projects/jaffle_dbt/models/_models.yml
        - name: customer_id
          constraints: [{type: not_null}]
          data_tests: [unique]
    """

    code: ClassVar[str] = "CO03"
    name: ClassVar[str] = "missing-guarantee"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield a finding per column and source or dependency in Python."""
        for unmet in missing_guarantees(graph):
            reference = unmet.reference
            if reference:
                yield self.at_reference(
                    reference,
                    f"`{unmet.key}` does not guarantee that `{unmet.column}` is {unmet.expected}, "
                    f"on which {readers_of(reference)} relies.",
                    fix=(
                        f"Let {reference.producer.where.project} test or constrain it, or do not "
                        "rely on it in the reader."
                    ),
                    key=column_of(unmet.key, unmet.column),
                    place=unmet.place,
                )
