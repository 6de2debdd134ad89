"""Places where a code location names an asset of another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from dagster_lineage.model.interface import Column, Expected, Source
from dagster_lineage.model.places import split_place

if TYPE_CHECKING:
    from dagster_lineage.model.graph import Edge, LineageGraph, LocatedAsset, LocatedInterface


class Reference(Struct, frozen=True):
    """A place that names an asset which exactly one other code location produces or declares.

    A dbt source is one place, however many models read it. A dependency in Python, or a table that
    SQL names directly, is a separate place. A fault is reported once per place.
    """

    where: LocatedInterface
    """Code location of the reader."""
    producer: LocatedAsset
    """The asset; an external one if no code produces it."""
    source: Source | None
    """The dbt source that names it."""
    edges: tuple[Edge, ...]
    """Its readers; none if only tests, exposures or metrics use the source."""

    @property
    def between_projects(self) -> bool:
        """Whether the ends belong to two projects, not to two code locations of one project."""
        ours, theirs = self.where.interface, self.producer.where.interface
        return ours.project != theirs.project and not (
            ours.dbt_project and ours.dbt_project == theirs.dbt_project
        )

    @property
    def place(self) -> tuple[str, int]:
        """File (relative to the root) and line that name it."""
        if self.source and self.source.at:
            return self.where.path(self.source.at)
        return self.edges[0].place if self.edges else self.where.path("")

    @property
    def owners(self) -> tuple[str, ...]:
        """Owners of its readers, each once."""
        return tuple(dict.fromkeys(one for edge in self.edges for one in edge.reader.owners))

    def expectations(self) -> Iterator[tuple[str, Expected, tuple[str, int]]]:
        """Yield the columns that the readers declare: name, expectation, file and line."""
        if self.source and self.source.columns:
            yield from self._placed(self.source.columns, self.source.at)
        for edge in self.edges:
            if edge.read.expects:
                yield from self._placed(edge.read.expects, edge.read.at or edge.reader.at)

    def _placed(
        self, columns: dict[str, Expected], at: str
    ) -> Iterator[tuple[str, Expected, tuple[str, int]]]:
        file, first = self.where.path(at)
        lines_count = bool(split_place(at)[0])
        for name, expected in columns.items():
            yield name, expected, (file, (lines_count and expected.line) or first)


def references_of(
    graph: LineageGraph,
    edges: Iterable[Edge],
    sources: Iterable[tuple[LocatedInterface, Source]],
) -> tuple[Reference, ...]:
    """Return the references of edges and dbt sources, in their order.

    Args:
        graph: The graph with the producers.
        edges: Edges, also those inside one code location.
        sources: dbt sources; those without an edge are references too, if they are used.
    """
    ends: dict[tuple[str, str, str], tuple[LocatedInterface, LocatedAsset, list[Edge]]] = {}
    for edge in edges:
        read = edge.read
        producer = graph.only_producer(read.key)
        if producer is None or producer.where is edge.where or edge.reader.injected:
            continue
        name = (edge.where.file, read.source or f"asset {edge.reader.key}", read.key)
        end = ends.get(name)
        if end is None:
            end = ends[name] = (edge.where, producer, [])
        end[2].append(edge)
    for where, source in sources:
        name = (where.file, source.name, source.key)
        if source.read and name not in ends:
            producer = graph.only_producer(source.key)
            if producer is not None and producer.where is not where:
                ends[name] = (where, producer, [])
    return tuple(
        Reference(where, producer, graph.source(where, name, key), tuple(reading))
        for (_, name, key), (where, producer, reading) in ends.items()
    )


def unmet(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Return references with an expectation that the producer does not meet word for word.

    Nearly all references meet all of them, so types and guarantees are compared for few.
    """
    return tuple(reference for reference in references if not _all_met(reference))


def _all_met(reference: Reference) -> bool:
    asset, producer = reference.producer.asset, reference.producer.where.interface
    # The same name can mean two types in two engines.
    if producer.dialect != reference.where.interface.dialect:
        return False
    return (reference.source is None or _met(reference.source.columns, asset.columns)) and all(
        _met(edge.read.expects, asset.columns) for edge in reference.edges if edge.read.expects
    )


def _met(expectations: dict[str, Expected], columns: dict[str, Column]) -> bool:
    for name, expected in expectations.items():
        column = columns.get(name)
        if (
            column is None
            or (expected.type and expected.type != column.type)
            or (expected.not_null and not column.not_null)
            or (expected.unique and not column.unique)
        ):
            return False
    return True
