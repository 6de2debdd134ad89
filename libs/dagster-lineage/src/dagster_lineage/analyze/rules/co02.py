"""CO02: the type of a column is not the one that a reader relies on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import ReferenceRule, readers_of
from dagster_lineage.model import Column, LineageGraph, LocatedAsset, Reference, column_of
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.passed_columns import CopiedColumn, copied_contract_columns
from dagster_lineage.model.type_compatibility import compatible


class ColumnTypeChanged(ReferenceRule):
    """A column of another project has a type that the reader's declared one cannot live with.

    Declared is `data_type` of a source's column, what `upstream(…)` names in Python, and the
    contract of a model that passes the column on unchanged. Widenings pass (`integer` to `bigint`,
    more digits of a decimal, any length of text); what loses or moves values does not: fewer digits
    after the point, decimal to double, timestamp to timestamptz, number to text. A type that nobody
    knows fits everything. The whole table stands in `dagster_lineage.model.type_compatibility`.

    **Anti-pattern**

        # projects/jaffle_dbt/models/_models.yml
        - name: amount
          data_type: double

        # projects/marts_dbt/models/staging/_sources.yml
        - name: amount
          data_type: decimal(12, 2)

    **Best practice**

    The producer keeps the type, or gives the new one a new name; or both ends change together.

        # projects/jaffle_dbt/models/_models.yml
        - name: amount
          data_type: decimal(18, 2)
    """

    code: ClassVar[str] = "CO02"
    name: ClassVar[str] = "column-type-changed"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per source, or dependency in Python, and column; else per contract."""
        told: set[tuple[str, str]] = set()
        for reference in graph.unmet_references:
            for finding in self._declared(reference):
                told.add((finding.project, finding.key))
                yield finding
        for copied in copied_contract_columns(graph):
            broken = self._contract(copied)
            if broken and (broken.project, _produced(copied)) not in told:
                yield broken

    def _declared(self, reference: Reference) -> Iterator[Finding]:
        seen: set[str] = set()
        for name, expected, place in reference.expectations():
            if not expected.type:
                continue
            found = column_named(reference.producer, name)
            if found is None or found[0] in seen or self._fits(reference, found[1], expected.type):
                continue
            spelled, column = found
            seen.add(spelled)
            key = reference.producer.asset.key
            yield self.at_reference(
                reference,
                f"`{key}` has `{spelled}` as `{column.type}`, {readers_of(reference)} relies on "
                f"`{expected.type}`.",
                fix=(
                    f"Declare `{column.type}` and fix what reads it, or let "
                    f"{reference.producer.where.project} keep `{expected.type}`."
                ),
                key=column_of(key, spelled),
                place=place,
            )

    def _fits(self, reference: Reference, column: Column, expected: str) -> bool:
        return compatible(
            column.type,
            expected,
            produced_dialect=reference.producer.where.interface.dialect,
            expected_dialect=reference.where.interface.dialect,
        )

    def _contract(self, copied: CopiedColumn) -> Finding | None:
        reader, producer = copied.reader, copied.producer
        found = column_named(producer, copied.column)
        promised = reader.asset.columns[copied.name]
        if found is None or compatible(
            found[1].type,
            promised.type,
            produced_dialect=producer.where.interface.dialect,
            expected_dialect=reader.where.interface.dialect,
        ):
            return None
        file, line = reader.where.path(reader.asset.described_at or reader.asset.at)
        return self.at(
            (file, promised.line or line),
            reader.where,
            (
                f"The contract of `{reader.asset.key}` promises `{copied.name}` as "
                f"`{promised.type}`; it is `{found[0]}` of `{producer.asset.key}`, which is "
                f"`{found[1].type}`."
            ),
            fix=(
                f"Cast it and say so in the contract, or let {producer.where.project} keep "
                f"`{promised.type}`."
            ),
            key=column_of(reader.asset.key, copied.name),
            owners=reader.asset.owners,
            other=producer,
        )


def column_named(producer: LocatedAsset, name: str) -> tuple[str, Column] | None:
    """An asset's column by its name in any case, with the producer's spelling."""
    columns = producer.asset.columns
    if name in columns:
        return name, columns[name]
    folded = name.casefold()
    return next((item for item in columns.items() if item[0].casefold() == folded), None)


def _produced(copied: CopiedColumn) -> str:
    found = column_named(copied.producer, copied.column)
    return column_of(copied.producer.asset.key, found[0] if found else copied.column)
