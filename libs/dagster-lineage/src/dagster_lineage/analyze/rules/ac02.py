"""AC02: something is read that no contract describes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import listed
from dagster_lineage.analyze.reliance.access import ReadByOthers, public_models, read_by_others
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding, Level


class ReadsWhatIsNotContracted(Rule):
    """A public model that other projects read has no enforced contract.

    Without one, a renamed column or another type is found by the readers. With one, the build of
    the producer fails first. A project without a single contract is told once. Python assets have
    no dbt contract; one that declares no columns is a note.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: orders
          access: public

    **Best practice**

        # projects/jaffle_dbt/models/_models.yml
        - name: orders
          access: public
          config: {contract: {enforced: true}}
          columns:
            - {name: order_id, data_type: bigint, constraints: [{type: not_null}]}
    """

    code: ClassVar[str] = "AC02"
    name: ClassVar[str] = "reads-what-is-not-contracted"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per model; one for a project that has no contract; notes for Python."""
        loose = read_by_others(graph, lambda asset: not asset.contract)
        for _, group in groupby(loose, key=lambda read: read.producer.where.file):
            reads = list(group)
            models = [read for read in reads if read.producer.asset.access == "public"]
            if len(models) > 1 and not any(
                asset.contract for asset in public_models(models[0].producer.where)
            ):
                yield self._at(models, self.level)
            else:
                yield from (self._at([read], self.level) for read in models)
            python = [read for read in reads if read.producer.asset.kind == "asset"]
            if python:
                yield self._at(python, "note")

    def _at(self, reads: list[ReadByOthers], level: Level) -> Finding:
        file, line = reads[0].description
        readers = sorted({project for read in reads for project in read.projects})
        keys = [read.producer.asset.key for read in reads]
        python = level == "note"
        several = len(keys) > 1
        lack = "columns declared" if python else "enforced contract"
        return Finding(
            code=self.code,
            name=self.name,
            level=level,
            file=file,
            line=line,
            project=reads[0].producer.where.project,
            message=(
                f"{listed(keys)} {'are' if several else 'is'} read by {', '.join(readers)} and "
                f"{'have' if several else 'has'} no {lack}."
            ),
            fix=(
                "Declare `dagster/column_schema`, so that its readers can be checked."
                if python
                else "Set `contract: {enforced: true}` and describe each column with its type."
            ),
            key=keys[0] if len(keys) == 1 else "",
            owners=reads[0].producer.asset.owners,
            other_owners=reads[0].references[0].owners,
            other_project=readers[0],
        )
