"""CO02: the type of a column is not the one that a reader relies on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import CrossingRule, readers_of
from dagster_lineage.model import Column, Crossing, LineageGraph, Made, column_of
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.passed_columns import Copied, contracted_copies
from dagster_lineage.model.type_compatibility import compatible


class ColumnTypeChanged(CrossingRule):
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
        for crossing in graph.doubted_crossings:
            for finding in self._declared(crossing):
                told.add((finding.project, finding.key))
                yield finding
        for copied in contracted_copies(graph):
            broken = self._contract(copied)
            if broken and (broken.project, _produced(copied)) not in told:
                yield broken

    def _declared(self, crossing: Crossing) -> Iterator[Finding]:
        seen: set[str] = set()
        for name, expected, place in crossing.expectations():
            if not expected.type:
                continue
            found = column_named(crossing.made, name)
            if found is None or found[0] in seen or self._fits(crossing, found[1], expected.type):
                continue
            spelled, column = found
            seen.add(spelled)
            key = crossing.made.asset.key
            yield self.at_crossing(
                crossing,
                f"`{key}` has `{spelled}` as `{column.type}`, {readers_of(crossing)} relies on "
                f"`{expected.type}`.",
                mend=(
                    f"Declare `{column.type}` and mend what reads it, or let "
                    f"{crossing.made.where.project} keep `{expected.type}`."
                ),
                key=column_of(key, spelled),
                place=place,
            )

    def _fits(self, crossing: Crossing, column: Column, expected: str) -> bool:
        return compatible(
            column.type,
            expected,
            produced_dialect=crossing.made.where.interface.dialect,
            expected_dialect=crossing.where.interface.dialect,
        )

    def _contract(self, copied: Copied) -> Finding | None:
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
            mend=(
                f"Cast it and say so in the contract, or let {producer.where.project} keep "
                f"`{promised.type}`."
            ),
            key=column_of(reader.asset.key, copied.name),
            owners=reader.asset.owners,
            other=producer,
        )


def column_named(made: Made, name: str) -> tuple[str, Column] | None:
    """An asset's column by its name in any case, with the producer's spelling."""
    columns = made.asset.columns
    if name in columns:
        return name, columns[name]
    folded = name.casefold()
    return next((item for item in columns.items() if item[0].casefold() == folded), None)


def _produced(copied: Copied) -> str:
    found = column_named(copied.producer, copied.column)
    return column_of(copied.producer.asset.key, found[0] if found else copied.column)
