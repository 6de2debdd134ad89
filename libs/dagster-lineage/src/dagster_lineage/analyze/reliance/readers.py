"""The readers of an asset or a column: assets, dbt sources and exposures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.analyze.reliance.unmet import Unmet
from dagster_lineage.model import Edge, Expected, LineageGraph, LocatedInterface, Source
from dagster_lineage.model.column_names import column_named, folded_names


class Reader(Struct, frozen=True, gc=False):
    """An asset, a dbt source or an exposure that reads an asset."""

    where: LocatedInterface
    name: str
    """Key of the asset; `source NAME` of a dbt source; `exposure NAME`."""
    owners: tuple[str, ...]
    place: tuple[str, int]
    """File, relative to the root, and line."""
    verb: str = "reads"
    """`reads`; `names` for a dbt source; `shows` for an exposure."""


class ColumnReader(Struct, frozen=True, gc=False):
    """A reader of a column, or one that may read it because its columns are not known."""

    reader: Reader
    names: tuple[str, ...] = ()
    """Names by which it uses the column: its spelling, or fields of the struct; none if the columns
    that it uses are not known."""
    expected: Expected | None = None
    """What it declares of the column, in its code or in its dbt source."""

    @property
    def known(self) -> bool:
        """Whether it is known to use the column."""
        return bool(self.names)


class Readers:
    """The readers of the assets of a graph.

    Args:
        graph: The interface graph.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self.graph = graph

    def of_key(self, key: str) -> Iterator[Reader]:
        """Yield every asset, used dbt source and exposure that names a key.

        A source is not named in addition to the assets that read through it.
        """
        through: set[tuple[str, str]] = set()
        for edge in self.graph.readers.get(key, ()):
            through.add((edge.where.file, edge.read.source))
            yield asset_reader(edge)
        for where, source in self.sources(key):
            if (where.file, source.name) not in through:
                yield source_reader(where, source)
        for where in self.graph.located:
            for exposure in where.interface.exposures:
                if key in exposure.reads:
                    owners = (exposure.owner,) if exposure.owner else ()
                    name, place = f"exposure {exposure.name}", where.path(exposure.at)
                    yield Reader(where, name, owners, place, "shows")

    def of_column(self, key: str, column: str) -> Iterator[ColumnReader]:
        """Yield every asset that uses or may use a column, and every other source that declares it.

        Sources that read another table than that of the key are left out.

        Args:
            key: Key of the asset.
            column: Name of the column, in any letter case.
        """
        folded = column.casefold()
        named = self.graph.only_producer(key)
        through: set[tuple[str, str]] = set()
        for edge in self.graph.readers.get(key, ()):
            source = self.graph.source_of(edge.where, edge.read)
            if named and self.graph.reads_other_table(source, named):
                continue
            used = used_columns(edge.read)
            if used is not None and folded not in used:
                continue
            through.add((edge.where.file, edge.read.source))
            declared = source.columns if source else {}
            found = column_named(edge.read.expects, column) or column_named(declared, column)
            names = _meaning(folded, (*(edge.read.columns or ()), *edge.read.expects, *declared))
            yield ColumnReader(asset_reader(edge), names, found[1] if found else None)
        for where, source in self.sources(key):
            names = _meaning(folded, source.columns)
            own = named is not None and named.where is where
            if not names or own or (where.file, source.name) in through:
                continue
            if named is None or not self.graph.reads_other_table(source, named):
                found = column_named(source.columns, column)
                reader = source_reader(where, source, found[1].line if found else 0)
                yield ColumnReader(reader, names, found[1] if found else None)

    def of_unmet(self, unmet: Unmet) -> list[Reader]:
        """Return the readers whose expectation is not met."""
        if unmet.contract:
            asset = unmet.contract.asset
            return [Reader(unmet.where, asset.key, asset.owners, unmet.place)]
        source = unmet.reference.source if unmet.reference else None
        if unmet.edges or source is None:
            return [asset_reader(edge) for edge in unmet.edges]
        return [source_reader(unmet.where, source, unmet.place[1])]

    def sources(self, key: str) -> list[tuple[LocatedInterface, Source]]:
        """Return the dbt sources with a key that a model, test, exposure or metric uses."""
        return self._sources.get(key, [])

    def read_by_another_project(self, key: str, project: str) -> bool:
        """Return whether a project other than the one that is named reads a key."""
        # Loops, because this runs for every changed asset and generators take twice the time.
        for edge in self.graph.readers.get(key, ()):
            if edge.where.interface.project != project:
                return True
        sources = self.sources(key)
        return bool(sources) and any(where.project != project for where, _ in sources)

    @cached_property
    def _sources(self) -> dict[str, list[tuple[LocatedInterface, Source]]]:
        found: defaultdict[str, list[tuple[LocatedInterface, Source]]] = defaultdict(list)
        for where, source in self.graph.sources():
            if source.read:
                found[source.key].append((where, source))
        return dict(found)


def asset_reader(edge: Edge) -> Reader:
    """Return the asset that reads by an edge."""
    return Reader(edge.where, edge.reader.key, edge.reader.owners, edge.place)


def source_reader(where: LocatedInterface, source: Source, line: int = 0) -> Reader:
    """Return a dbt source as a reader.

    Its owners are those of the assets that read through it, or of all assets of its project.

    Args:
        where: The source's code location.
        source: The source.
        line: A line in its file; the source's own by default.
    """
    file, own_line = where.path(source.at)
    assets = where.interface.assets
    through = [asset for asset in assets if any(read.source == source.name for read in asset.reads)]
    owners = sorted({owner for asset in through or assets for owner in asset.owners})
    place = (file, line or own_line)
    return Reader(where, f"source {source.name}", tuple(owners), place, "names")


def _meaning(folded: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that mean a column, each once."""
    return tuple(dict.fromkeys(name for name in names if folded in folded_names((name,))))
