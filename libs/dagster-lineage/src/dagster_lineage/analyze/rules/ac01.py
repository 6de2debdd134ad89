"""AC01: something is read that its project does not publish."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import ClassVar

from dagster_lineage.analyze.published import (
    WITHOUT_ACCESS,
    ReadByOthers,
    is_hidden,
    public_models,
    read_by_others,
)
from dagster_lineage.analyze.reference_rule import ReferenceRule, listed, readers_of
from dagster_lineage.model import LineageGraph, LocatedInterface
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import nearest_name


class ReadsWhatIsNotPublic(ReferenceRule):
    """A project reads a model of another project that is not `access: public`.

    What is protected or private may be rewritten without a word. dbt itself guards `ref` only; a
    source that points at the same table goes around it. Seeds and snapshots cannot be public: they
    are reported as warnings. A project that has no public model at all does not use access: that is
    said once for it, not once per reader.

    **Anti-pattern**

        # projects/marts_dbt/models/staging/_sources.yml
        - name: stg_payments    # a staging model of jaffle_dbt, `access: protected`

    **Best practice**

    Read the public model, or ask its owners to publish this one.

        # projects/jaffle_dbt/models/_models.yml
        - name: payments
          access: public
          config: {contract: {enforced: true}}
    """

    code: ClassVar[str] = "AC01"
    name: ClassVar[str] = "reads-what-is-not-public"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per source or dependency in Python; one per project that publishes none."""
        hidden = read_by_others(graph, is_hidden)
        for _, group in groupby(hidden, key=lambda read: read.producer.where.file):
            reads = list(group)
            public = public_models(reads[0].producer.where)
            if public:
                names = {asset.name or asset.key: asset.key for asset in public}
                for read in reads:
                    yield from self._of(read, names)
            else:
                protected = [one for one in reads if one.producer.asset.kind not in WITHOUT_ACCESS]
                if protected:
                    yield self._publishes_nothing(protected[0].producer.where, protected)

    def _of(self, read: ReadByOthers, public: dict[str, str]) -> Iterator[Finding]:
        asset, project = read.producer.asset, read.producer.where.project
        unpublishable = asset.kind in WITHOUT_ACCESS
        state = f"a {asset.kind}, which dbt cannot publish" if unpublishable else asset.access
        near = public.get(nearest_name(asset.name or asset.key, public), "")
        instead = f"`{near}`" if near else f"what is public ({listed(public.values())})"
        for reference in read.references:
            yield self.at_reference(
                reference,
                f"`{asset.key}` is {state} in {project}, but {readers_of(reference)} reads it.",
                fix=f"Read {instead}, or let {project} publish {_how(asset.kind)}.",
                nearest=near,
                level="warning" if unpublishable else self.level,
            )

    def _publishes_nothing(self, where: LocatedInterface, reads: list[ReadByOthers]) -> Finding:
        file, line = reads[0].description
        readers = sorted({project for read in reads for project in read.projects})
        return Finding(
            code=self.code,
            name=self.name,
            level="warning",
            file=file,
            line=line,
            project=where.project,
            message=(
                f"{where.project} has no public model, and these are read by {listed(readers)}: "
                f"{listed(read.producer.asset.key for read in reads)}."
            ),
            fix="Declare `access: public` for what others may read.",
            owners=reads[0].producer.asset.owners,
            other_project=readers[0],
            other_owners=reads[0].references[0].owners,
        )


def _how(kind: str) -> str:
    return "a model over it" if kind in WITHOUT_ACCESS else "it (`access: public`)"
