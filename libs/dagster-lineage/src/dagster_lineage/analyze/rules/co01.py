"""CO01: a column is read that the producer does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import ReferenceRule, listed
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset, Reference, column_of
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import nearest_name
from dagster_lineage.model.pseudo_columns import is_pseudo_column


class ColumnNotThere(ReferenceRule):
    """A project reads, or declares, a column of another project's table that the table lacks.

    `dbt parse` and `dbt compile` see nothing: the table is a source, whose columns nobody asks. The
    query fails at night, in the reader's run. The same is said of a column that a model of the
    reader's own project no longer hands on by `select *`, and of a contract whose column the query
    no longer gives. Nothing is said of a producer of which not all columns are known; upper and
    lower case are one.

    **Anti-pattern**

    The producer renamed `amount`; the reader's source still has it.

        # projects/jaffle_dbt/models/orders.sql
        select order_id, order_date, amount as total from payments

        # projects/marts_dbt/models/staging/_sources.yml
        - name: orders
          columns:
            - name: amount

    **Best practice**

    Both ends change in one commit, or the producer keeps the old name beside the new one until its
    readers have moved.

        # projects/marts_dbt/models/staging/_sources.yml
        - name: orders
          columns:
            - name: total
    """

    code: ClassVar[str] = "CO01"
    name: ClassVar[str] = "column-not-there"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per source, or dependency in Python, and column."""
        for reference in graph.column_references:
            if reference.producer.asset.columns_known and reference.producer.asset.columns:
                missing = _missing(reference)
                if missing:
                    yield from self._findings(reference, missing)
        for where in graph.located:
            for asset in where.interface.assets:
                if asset.missing_contract_columns:
                    yield self._not_given(LocatedAsset(where, asset))
                for read in asset.reads:
                    if read.missing_columns:
                        yield from self._lost(Edge(where, asset, read), graph)

    def _lost(self, edge: Edge, graph: LineageGraph) -> Iterator[Finding]:
        """Columns that a model of the same project no longer hands on."""
        producer = graph.producer(edge.read.key)
        columns = producer.asset.columns if producer else {}
        for name in edge.read.missing_columns:
            near = nearest_name(name, columns)
            above = listed(sorted({read.key for read in producer.asset.reads})) if producer else ""
            brings = f" It reads {above}, which may have brought it by `select *`." if above else ""
            yield self.at_edge(
                edge,
                f"`{edge.reader.key}` reads column `{name}` of `{edge.read.key}`, which has none."
                f"{brings}",
                fix=f"Read `{near}` instead." if near else f"Take `{name}` out of the reader.",
                key=column_of(edge.read.key, name),
                nearest=near,
                producer=producer,
            )

    def _not_given(self, producer: LocatedAsset) -> Finding:
        """A contract's columns that the query no longer gives."""
        names = listed(producer.asset.missing_contract_columns)
        return self.at_asset(
            producer,
            f"The contract of `{producer.asset.key}` has {names}, which its query does not select.",
            fix="Select it, or take it out of the contract together with its readers.",
            key=column_of(producer.asset.key, producer.asset.missing_contract_columns[0]),
        )

    def _findings(self, reference: Reference, missing: dict[str, str]) -> Iterator[Finding]:
        asset = reference.producer.asset
        declared = {name.casefold(): place for name, _, place in reference.expectations()}
        for folded, name in missing.items():
            reading = [edge for edge in reference.edges if _reads(edge.read.columns, folded)]
            place = declared.get(folded) or (reading[0].place if reading else reference.place)
            near = nearest_name(name, asset.columns)
            who = _who(reference, name, reading)
            instead = f"Read `{near}` instead" if near else "Take it out of the reader"
            yield self.at_reference(
                reference,
                f"`{asset.key}` has no column `{name}`, which {who}.",
                fix=f"{instead}, or let {reference.producer.where.project} keep `{name}`.",
                key=column_of(asset.key, name),
                nearest=near,
                place=place,
            )


def _missing(reference: Reference) -> dict[str, str]:
    """Columns that are wanted and not there: as they are spelled, by their spelling's fold."""
    columns = reference.producer.asset.columns
    there = columns.keys()
    missing: list[str] = []
    # Whole sets are compared first: almost always nothing is missing.
    if reference.source and not reference.source.columns.keys() <= there:
        missing += [name for name in reference.source.columns if name not in columns]
    for edge in reference.edges:
        read = edge.read
        if read.columns and not all(map(columns.__contains__, read.columns)):
            missing += [name for name in read.columns if name not in columns]
        if read.expects and not read.expects.keys() <= there:
            missing += [name for name in read.expects if name not in columns]
    if not missing:
        return {}
    folded = {name.casefold() for name in columns}
    dialect = reference.where.interface.dialect or reference.producer.where.interface.dialect
    return {
        name.casefold(): name
        for name in reversed(missing)
        # A field of a struct, `address.city`, is there when the struct is.
        if not {name.casefold(), name.casefold().partition(".")[0]} & folded
        and not is_pseudo_column(name, dialect)
    }


def _reads(columns: tuple[str, ...] | None, folded: str) -> bool:
    return any(name.casefold() == folded for name in columns or ())


def _who(reference: Reference, name: str, reading: list[Edge]) -> str:
    """Who wants the column, and how, as words that follow on "which"."""
    source = reference.source
    told = []
    if source and _reads(tuple(source.columns), name.casefold()):
        told.append(f"source `{source.name}` declares")
    if reading:
        told.append(f"{listed(edge.reader.key for edge in reading)} reads")
    if not told:
        told.append(f"{listed(edge.reader.key for edge in reference.edges)} declares")
    return " and ".join(told)
