"""AC02: other projects read a model without an enforced contract."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import ClassVar

from dagster_lineage.analyze.reliance.access import ReadByOthers, public_models, read_by_others
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed


class MissingContract(GraphRule):
    """A public model that other projects read has no enforced contract.

    Without a contract, a renamed column or a changed type breaks the readers. With one, the build
    of the producer fails first. A project without any contract gets one finding. Python assets have
    no dbt contract; those that declare no columns are reported as a note.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: orders
          access: public

    **Best practice**

    Enforce a contract on each public model.

        # projects/jaffle_dbt/models/_models.yml
        - name: orders
          access: public
          config: {contract: {enforced: true}}
          columns:
            - {name: order_id, data_type: bigint, constraints: [{type: not_null}]}
    """

    code: ClassVar[str] = "AC02"
    name: ClassVar[str] = "missing-contract"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per model, one per project without contracts, and notes for Python."""
        without = read_by_others(graph, lambda asset: not asset.contract)
        for _, group in groupby(without, key=lambda read: read.producer.where.file):
            reads = list(group)
            models = [read for read in reads if read.producer.asset.access == "public"]
            if len(models) > 1 and not any(
                asset.contract for asset in public_models(models[0].producer.where)
            ):
                yield self._of(models, self.level)
            else:
                yield from (self._of([read], self.level) for read in models)
            python = [read for read in reads if read.producer.asset.kind == "asset"]
            if python:
                yield self._of(python, "note")

    def _of(self, reads: list[ReadByOthers], level: Level) -> Finding:
        readers = sorted({project for read in reads for project in read.projects})
        keys = [read.producer.asset.key for read in reads]
        python = level == "note"
        several = len(keys) > 1
        lacks = "columns declared" if python else "enforced contract"
        return self.finding(
            reads[0].description,
            reads[0].producer.where.project,
            f"{listed(keys)} {'are' if several else 'is'} read by {', '.join(readers)} and "
            f"{'have' if several else 'has'} no {lacks}.",
            fix=(
                "Declare `dagster/column_schema`, so that the readers can be checked."
                if python
                else "Set `contract: {enforced: true}` and describe each column with its type."
            ),
            level=level,
            key="" if several else keys[0],
            keys=tuple(keys) if several else (),
            owners=reads[0].producer.asset.owners,
            other_owners=reads[0].references[0].owners,
            other_project=readers[0],
        )
