"""CO01: a column is read that the producer does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.intended_columns import intended_column
from dagster_lineage.analyze.reliance.unmet import Unmet, missing_columns
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset, Reference, column_of
from dagster_lineage.model.column_names import column_named
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import listed


class MissingColumn(GraphRule):
    """A project reads or declares a column that the table of another project does not have.

    `dbt parse` and `dbt compile` do not compare the columns of a source with its table, so the
    query fails in the reader's run. The rule also reports a column that a model of the reader's own
    project no longer passes on by `select *`, and a column of a contract that the query does not
    select. Nothing is reported if not all columns of the producer are known. Letter case and
    quotation marks do not matter, and a field (`name.first`) exists if its struct does. A column is
    suggested if it differs in few letters, or if it was renamed: it copies an upstream column that
    has the missing name.

    **Anti-pattern**

    The producer renamed `amount`, and the reader's source still declares it.

        # projects/jaffle_dbt/models/orders.sql
        select order_id, order_date, amount as total from payments

        # projects/marts_dbt/models/staging/_sources.yml
        - name: orders
          columns:
            - name: amount

    **Best practice**

    Change both ends in one commit, or keep the old name in addition to the new one until all
    readers use the new one.

        # projects/marts_dbt/models/staging/_sources.yml
        - name: orders
          columns:
            - name: total
    """

    code: ClassVar[str] = "CO01"
    name: ClassVar[str] = "missing-column"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield a finding per column and source or dependency; one per contract."""
        for unmet in missing_columns(graph):
            if unmet.reference:
                yield self._of_reference(unmet, unmet.reference)
            elif unmet.contract is None:
                yield self._of_own_model(unmet, unmet.edges[0])
            elif unmet.column == unmet.contract.asset.missing_contract_columns[0]:
                yield self._of_contract(unmet.contract)

    def _of_reference(self, unmet: Unmet, reference: Reference) -> Finding:
        asset = reference.producer.asset
        near = intended_column(self.context.graph, unmet)
        instead = f"Read `{near}` instead" if near else "Remove it from the reader"
        project = reference.producer.where.project
        return self.at_reference(
            reference,
            f"`{asset.key}` has no column `{unmet.column}`, which {_readers(unmet, reference)}.",
            fix=f"{instead}, or let {project} keep `{unmet.column}`.",
            key=column_of(asset.key, unmet.column),
            nearest=near,
            place=unmet.place,
        )

    def _of_own_model(self, unmet: Unmet, edge: Edge) -> Finding:
        producer = unmet.producer
        near = intended_column(self.context.graph, unmet)
        upstream = listed(sorted({read.key for read in producer.asset.reads})) if producer else ""
        origin = (
            f" It reads {upstream}, which may have had it behind `select *`." if upstream else ""
        )
        return self.at_edge(
            edge,
            f"`{edge.reader.key}` reads column `{unmet.column}` of `{edge.read.key}`, which does "
            f"not have it.{origin}",
            fix=f"Read `{near}` instead." if near else f"Remove `{unmet.column}` from the reader.",
            key=column_of(edge.read.key, unmet.column),
            nearest=near,
            producer=producer,
        )

    def _of_contract(self, contract: LocatedAsset) -> Finding:
        key, columns = contract.asset.key, contract.asset.missing_contract_columns
        return self.at_asset(
            contract,
            f"The contract of `{key}` has {listed(columns)}, which its query does not select.",
            fix="Select it, or remove it from the contract and from its readers.",
            key=column_of(key, columns[0]),
        )


def _readers(unmet: Unmet, reference: Reference) -> str:
    """Return who declares and reads the column, to follow "which"."""
    source = reference.source
    words = []
    if source and column_named(source.columns, unmet.column):
        words.append(f"source `{source.name}` declares")
    if unmet.edges:
        words.append(f"{listed(edge.reader.key for edge in unmet.edges)} reads")
    return " and ".join(words)
