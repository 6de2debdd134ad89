"""CO02: a column does not have the type that a reader declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.unmet import Unmet, incompatible_types
from dagster_lineage.analyze.rule import GraphRule, readers_of
from dagster_lineage.model import LineageGraph, LocatedAsset, Reference, column_of
from dagster_lineage.model.findings import Finding


class IncompatibleType(GraphRule):
    """A column of another project has a type that does not fit the type its reader declares.

    A reader declares a type by `data_type` of a source's column, by `upstream(…)` in Python, or by
    the contract of a model that passes the column on unchanged. Wider types fit (`bigint` for
    `integer`, more digits of a decimal, any length of text). Types that lose or change values do
    not: fewer digits after the point, double for decimal, timestamptz for timestamp, text for a
    number. An unknown type fits. `dagster_lineage.model.type_compatibility` has the whole table.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: amount
          data_type: double

        # projects/marts_dbt/models/staging/_sources.yml
        - name: amount
          data_type: decimal(12, 2)

    **Best practice**

    Keep the type, give the column with the new type a new name, or change both ends in one commit.

        # projects/jaffle_dbt/models/_models.yml
        - name: amount
          data_type: decimal(18, 2)
    """

    code: ClassVar[str] = "CO02"
    name: ClassVar[str] = "incompatible-type"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield a finding per column and source, dependency in Python or contract."""
        for unmet in incompatible_types(graph):
            if unmet.reference:
                yield self._declared(unmet, unmet.reference)
            elif unmet.contract and unmet.producer:
                yield self._copied(unmet, unmet.contract, unmet.producer)

    def _declared(self, unmet: Unmet, reference: Reference) -> Finding:
        return self.at_reference(
            reference,
            f"`{unmet.key}` has `{unmet.column}` as `{unmet.found}`, {readers_of(reference)} "
            f"relies on `{unmet.expected}`.",
            fix=(
                f"Declare `{unmet.found}` and adapt the reader, or let "
                f"{reference.producer.where.project} keep `{unmet.expected}`."
            ),
            key=column_of(unmet.key, unmet.column),
            place=unmet.place,
        )

    def _copied(self, unmet: Unmet, contract: LocatedAsset, producer: LocatedAsset) -> Finding:
        return self.finding(
            unmet.place,
            contract.where.project,
            f"The contract of `{contract.asset.key}` has `{unmet.contract_column}` as "
            f"`{unmet.expected}`; it is `{unmet.column}` of `{unmet.key}`, which is "
            f"`{unmet.found}`.",
            fix=(
                f"Cast it and declare its type in the contract, or let {producer.where.project} "
                f"keep `{unmet.expected}`."
            ),
            key=column_of(contract.asset.key, unmet.contract_column),
            owners=contract.asset.owners,
            other=producer,
        )
