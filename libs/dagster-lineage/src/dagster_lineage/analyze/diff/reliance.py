"""Who relies on an asset or a column, and on what of it, as a graph tells.

What a branch takes away hurts those that still rely on it *after* the branch, so these questions
are asked of the graph at head. A reader whose columns are not known may rely on any of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property

from dagster_lineage.analyze.diff.changes import BrokenReader
from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.model import Asset, Edge, Expected, LineageGraph, LocatedInterface, Source

Objection = Callable[[Expected | None, str], str]
"""What a reader of a column has against its change, given what it declares of the column (None:
nothing) and its dialect; empty for no objection. The text follows the reader's name."""

_NOBODY: frozenset[str] = frozenset()


class Reliance:
    """Readers of assets and columns in one graph.

    Args:
        graph: As the branch leaves it.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self.graph = graph

    def on_key(self, key: str) -> Iterator[BrokenReader]:
        """Every asset, used dbt source and exposure that names the key."""
        named: set[tuple[str, str]] = set()
        for edge in self._edges(key):
            if edge.read.source:
                named.add((edge.where.file, edge.read.source))
            yield _asset(edge, f"reads {key}")
        for where, source in self._sources.get(key, ()):
            if source.read and (where.file, source.name) not in named:
                yield self._source(where, source, f"names {key}")
        for where in self.graph.located:
            for exposure in where.interface.exposures:
                if key in exposure.reads:
                    file, line = where.path(exposure.at)
                    yield BrokenReader(
                        project=where.project,
                        name=f"exposure {exposure.name}",
                        reason=f"shows {key}",
                        owners=(exposure.owner,) if exposure.owner else (),
                        file=file,
                        line=line,
                    )

    def on_column(
        self, key: str, column: str, producer: str, objection: Objection, *, own: bool = False
    ) -> Iterator[BrokenReader]:
        """Every reader of a column that objects to its change.

        Args:
            key: Of the asset.
            column: Its name; letter case does not matter.
            producer: The project that makes it.
            objection: Asked of each reader; see `Objection`.
            own: Readers of the producer's own project count, too. They see a changed type in their
                own facts, but a column that is gone fails them like anybody.
        """
        asked: set[tuple[str, str]] = set()
        for edge in self._edges(key):
            used = used_columns(edge.read)
            if used is not None and column.casefold() not in used:
                continue
            if not own and edge.where.project == producer:
                continue
            asked.add((edge.where.file, edge.read.source))
            expected = self.expected(edge, column)
            why = objection(expected, edge.where.interface.dialect)
            if why and used is None and expected is None:
                why = f"reads {key}, and which columns is not known"
            if why:
                yield _asset(edge, why)
        for where, source in self._sources.get(key, ()):
            declared = _of_column(source.columns, column)
            if declared is None or (where.file, source.name) in asked:
                continue
            why = objection(declared, where.interface.dialect)
            if why and (own or where.project != producer):
                yield self._source(where, source, why, declared.line)

    def foreign(
        self, key: str, producer: str, objects: Callable[[Edge], bool], why: str
    ) -> Iterator[BrokenReader]:
        """Readers of other projects that `objects` says are hurt as a whole."""
        for edge in self._edges(key):
            if edge.where.project != producer and objects(edge):
                yield _asset(edge, why)

    def foreign_sources(
        self, key: str, producer: str, objects: Callable[[Source], bool], why: str
    ) -> Iterator[BrokenReader]:
        """Sources of other projects that `objects` says are hurt."""
        for where, source in self._sources.get(key, ()):
            if where.project != producer and source.read and objects(source):
                yield self._source(where, source, why)

    def has_foreign(self, key: str, producer: str) -> bool:
        """Whether another project reads the key or names it in a source that is used."""
        return not self._readers.get(key, _NOBODY) <= {producer}

    @cached_property
    def _readers(self) -> dict[str, set[str]]:
        """Projects that read a key, or name it in a source that is used."""
        found = {
            key: {edge.where.project for edge in edges} for key, edges in self.graph.readers.items()
        }
        for key, sources in self._sources.items():
            projects = {where.project for where, source in sources if source.read}
            found.setdefault(key, set()).update(projects)
        return found

    def expected(self, edge: Edge, column: str) -> Expected | None:
        """What a reader declares of a column, in its code or in its dbt source."""
        found = _of_column(edge.read.expects, column)
        if found is None and edge.read.source:
            source = self.graph.source_of(edge.where, edge.read)
            found = _of_column(source.columns, column) if source else None
        return found

    def _edges(self, key: str) -> list[Edge]:
        return self.graph.readers.get(key, [])

    @cached_property
    def _sources(self) -> dict[str, list[tuple[LocatedInterface, Source]]]:
        found: defaultdict[str, list[tuple[LocatedInterface, Source]]] = defaultdict(list)
        for where, source in self.graph.sources():
            found[source.key].append((where, source))
        return found

    def _source(
        self, where: LocatedInterface, source: Source, why: str, line: int = 0
    ) -> BrokenReader:
        file, own_line = where.path(source.at)
        return BrokenReader(
            project=where.project,
            name=f"source {source.name}",
            reason=why,
            owners=_owners_through(where, source.name),
            file=file,
            line=line or own_line,
        )


def facts_of(asset: Asset) -> tuple[object, ...]:
    """What an asset makes and reads, without where that is written."""
    return (
        asset.relation,
        asset.partitions,
        asset.freshness,
        asset.grain,
        [(name, one.type, one.not_null, one.derived_from) for name, one in asset.columns.items()],
        [
            (read.key, read.columns, read.partition_mapping, read.queried, *read.expects)
            for read in asset.reads
        ],
    )


def _of_column(columns: dict[str, Expected], column: str) -> Expected | None:
    found = columns.get(column)
    if found is None and columns:
        folded = column.casefold()
        found = next((one for name, one in columns.items() if name.casefold() == folded), None)
    return found


def _asset(edge: Edge, why: str) -> BrokenReader:
    file, line = edge.place
    return BrokenReader(
        project=edge.where.project,
        name=edge.reader.key,
        reason=why,
        owners=edge.reader.owners,
        file=file,
        line=line,
    )


def _owners_through(where: LocatedInterface, source: str) -> tuple[str, ...]:
    """Owners of the assets that read through a source; of all the project's where none does."""
    assets = where.interface.assets
    through = [asset for asset in assets if any(read.source == source for read in asset.reads)]
    return tuple(sorted({owner for asset in through or assets for owner in asset.owners}))
