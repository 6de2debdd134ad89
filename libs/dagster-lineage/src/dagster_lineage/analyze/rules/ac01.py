"""AC01: a model is read that its project does not make public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.access import (
    WITHOUT_ACCESS,
    HiddenReads,
    ReadByOthers,
    hidden_reads,
    nearest_public_model,
)
from dagster_lineage.analyze.rule import GraphRule, readers_of
from dagster_lineage.model import Asset, LineageGraph
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import listed


class NonPublicModel(GraphRule):
    """A project reads a model of another project that is not `access: public`.

    A protected or private model may be changed without notice. dbt checks access for `ref` only,
    not for a source with the same table. Seeds and snapshots, which cannot be public, are reported
    as warnings. A project without any public model does not use access, which is reported once for
    the project and not once per reader. The suggested model is the nearest public one that selects
    from the model.

    **Anti-pattern**

        # projects/marts_dbt/models/staging/_sources.yml
        - name: stg_payments    # a staging model of jaffle_dbt, `access: protected`

    **Best practice**

    Read the public model, or ask its owners to make this one public.

        # projects/jaffle_dbt/models/_models.yml
        - name: payments
          access: public
          config: {contract: {enforced: true}}
    """

    code: ClassVar[str] = "AC01"
    name: ClassVar[str] = "non-public-model"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield a finding per source or dependency; one per project without a public model."""
        for hidden in hidden_reads(graph):
            if hidden.public:
                for read in hidden.reads:
                    yield from self._of(read, hidden.public, nearest_public_model(graph, read))
            else:
                models = [
                    read for read in hidden.reads if read.producer.asset.kind not in WITHOUT_ACCESS
                ]
                if models:
                    yield self._of_project(hidden, models)

    def _of(self, read: ReadByOthers, public: list[Asset], near: str) -> Iterator[Finding]:
        asset, project = read.producer.asset, read.producer.where.project
        without_access = asset.kind in WITHOUT_ACCESS
        state = f"a {asset.kind}, which cannot be public," if without_access else asset.access
        known = listed(model.key for model in public)
        instead = f"`{near}`" if near else f"a public model ({known})"
        make_public = "publish a model over it" if without_access else "make it `access: public`"
        for reference in read.references:
            yield self.at_reference(
                reference,
                f"`{asset.key}` is {state} in {project}, but {readers_of(reference)} reads it.",
                fix=f"Read {instead}, or let {project} {make_public}.",
                nearest=near,
                level="warning" if without_access else self.level,
            )

    def _of_project(self, hidden: HiddenReads, reads: list[ReadByOthers]) -> Finding:
        readers = sorted({project for read in reads for project in read.projects})
        return self.finding(
            reads[0].description,
            hidden.where.project,
            f"{hidden.where.project} has no public model, but these are read by "
            f"{listed(readers)}: {listed(read.producer.asset.key for read in reads)}.",
            level="warning",
            fix="Declare `access: public` for the models that others may read.",
            keys=tuple(read.producer.asset.key for read in reads),
            owners=reads[0].producer.asset.owners,
            other_project=readers[0],
            other_owners=reads[0].references[0].owners,
        )
