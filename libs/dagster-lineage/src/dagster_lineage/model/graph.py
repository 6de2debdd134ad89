"""The interfaces of all code locations, joined by asset key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from dagster_lineage.model.interface import OUTSIDE, Asset, Interface, Read, Source
from dagster_lineage.model.places import PACKAGE_SEPARATOR, is_uncertain, split_place
from dagster_lineage.model.references import Reference, references_of, unmet
from dagster_lineage.model.relations import same_relation, table_of


class LocatedInterface(Struct, frozen=True):
    """An interface and its place in the repository."""

    interface: Interface
    folder: str
    """Folder of its project, relative to the root, with forward slashes; `.` is the root."""
    file: str
    """The interface file, relative to the root."""

    @property
    def project(self) -> str:
        """Name of the project."""
        return self.interface.project

    def path(self, at: str) -> tuple[str, int]:
        """Return file (relative to the root) and line of a place in this project.

        An empty place stands for the interface file, so that every finding has a place.
        """
        if not at:
            return self.file, 1
        file, line = split_place(at)
        if self.folder in ("", ".") or PACKAGE_SEPARATOR in file:
            return file, line
        parts = [*self.folder.split("/")]
        for part in file.split("/"):
            if part == ".." and parts:
                parts.pop()
            else:
                parts.append(part)
        return "/".join(parts), line

    def place_text(self, at: str) -> str:
        """Return a place in this project as text, relative to the root; empty if unknown."""
        if not at:
            return ""
        file, line = self.path(at)
        return f"{file}:{line} (uncertain)" if is_uncertain(at) else f"{file}:{line}"


class LocatedAsset(Struct, frozen=True, gc=False):
    """An asset and the interface that contains it."""

    where: LocatedInterface
    asset: Asset

    @property
    def place(self) -> tuple[str, int]:
        """File (relative to the root) and line of its definition."""
        return self.where.path(self.asset.at)


class Edge(Struct, frozen=True, gc=False):
    """A read and the asset that reads."""

    where: LocatedInterface
    reader: Asset
    read: Read

    @property
    def place(self) -> tuple[str, int]:
        """File (relative to the root) and line where the reader names the key."""
        return self.where.path(self.read.at or self.reader.at)


class LineageGraph:
    """All interfaces, with indexes that are built on first use.

    Args:
        located: One entry per code location, in any order. They are sorted by project.
        root: Folder of the checkout that they describe; None if its files are not available, as
            those of another commit.
    """

    def __init__(self, located: Iterable[LocatedInterface], root: Path | None = None) -> None:
        self.root = root
        self.located = tuple(sorted(located, key=lambda one: (one.project, one.interface.location)))

    @cached_property
    def producers(self) -> dict[str, list[LocatedAsset]]:
        """Executable assets by key. More than one for a key is a fault, which a rule reports."""
        found: dict[str, list[LocatedAsset]] = {}
        for where in self.located:
            for asset in where.interface.assets:
                if asset.kind not in OUTSIDE:
                    found.setdefault(asset.key, []).append(LocatedAsset(where, asset))
        return found

    @cached_property
    def declared(self) -> dict[str, list[LocatedAsset]]:
        """External assets by key, without the stubs that Dagster creates."""
        found: dict[str, list[LocatedAsset]] = {}
        for where in self.located:
            for asset in where.interface.assets:
                if asset.kind == "external":
                    found.setdefault(asset.key, []).append(LocatedAsset(where, asset))
        return found

    @cached_property
    def foreign_edges(self) -> tuple[Edge, ...]:
        """Edges whose key the reader's own location does not produce, in the order of projects."""
        edges: list[Edge] = []
        for where in self.located:
            assets = where.interface.assets
            own = {asset.key for asset in assets if asset.kind not in OUTSIDE}
            edges += [
                Edge(where, asset, read)
                for asset in assets
                if not asset.injected
                for read in asset.reads
                if read.key not in own
            ]
        return tuple(edges)

    @cached_property
    def uncertain_places(self) -> frozenset[tuple[str, int]]:
        """Places (file and line) of names that the code composes at run time."""
        return frozenset(
            where.path(at)
            for where in self.located
            for asset in where.interface.assets
            for at in (asset.at, *(read.at for read in asset.reads))
            if is_uncertain(at)
        )

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Places that name an asset of another code location."""
        return references_of(self, self.foreign_edges, self.sources())

    def limited_to(self, keys: Collection[str]) -> LineageGraph:
        """Return a graph of the same interfaces with the references to some keys only."""
        part = LineageGraph(self.located, self.root)
        edges = [edge for key in keys for edge in self.readers.get(key, ())]
        sources = [(where, source) for where, source in self.sources() if source.key in keys]
        # Cached properties are stored in the instance: these are known already.
        part.producers, part.readers, part._sources = self.producers, self.readers, self._sources
        part.references = references_of(part, edges, sources)
        return part

    @cached_property
    def column_references(self) -> tuple[Reference, ...]:
        """References whose source, if any, reads the table of the asset that it names.

        A source with the key of one table and the relation of another reads the other table, so
        the columns that it declares are not those of its key. Rule KY02 reports such a source.
        """
        return tuple(
            one for one in self.references if not self.reads_other_table(one.source, one.producer)
        )

    @cached_property
    def unmet_references(self) -> tuple[Reference, ...]:
        """Column references with an expectation that the producer does not meet word for word."""
        return unmet(self.column_references)

    def reads_other_table(self, source: Source | None, named: LocatedAsset) -> bool:
        """Return whether a source reads another produced table than that of the asset it names."""
        relation = source.relation if source else ""
        if not relation or not named.asset.relation:
            return False
        if same_relation(relation, named.asset.relation):
            return False
        producer = self.producer_of_table(relation)
        return producer is not None and producer.asset.key != named.asset.key

    @cached_property
    def producers_by_table(self) -> dict[str, list[LocatedAsset]]:
        """Executable assets by schema and table, in one letter case, over all databases.

        Without assets whose relation does not identify a table.
        """
        found: dict[str, list[LocatedAsset]] = {}
        for producer in self.producers.values():
            for one in producer:
                table = table_of(one.asset.relation)
                if table:
                    found.setdefault(table, []).append(one)
        return found

    def producer_of_table(self, relation: str) -> LocatedAsset | None:
        """Return the asset that is a table; with a database in the name, of that database.

        None for a name that does not identify a table.
        """
        producers = self.producers_by_table.get(table_of(relation), ())
        return next((one for one in producers if same_relation(one.asset.relation, relation)), None)

    @cached_property
    def readers(self) -> dict[str, list[Edge]]:
        """All edges, inside and between code locations, by the key that is read."""
        found: defaultdict[str, list[Edge]] = defaultdict(list)
        for where in self.located:
            for asset in where.interface.assets:
                for read in asset.reads:
                    found[read.key].append(Edge(where, asset, read))
        return dict(found)

    @cached_property
    def unreadable(self) -> tuple[LocatedInterface, ...]:
        """Code locations that could not be loaded, so that their assets are unknown."""
        return tuple(one for one in self.located if one.interface.unreadable)

    def assets(self) -> Iterator[LocatedAsset]:
        """Yield every asset of every interface, stubs included."""
        for where in self.located:
            for asset in where.interface.assets:
                yield LocatedAsset(where, asset)

    def sources(self) -> Iterator[tuple[LocatedInterface, Source]]:
        """Yield every dbt source of every interface."""
        for where in self.located:
            for source in where.interface.sources:
                yield where, source

    def source_of(self, where: LocatedInterface, read: Read) -> Source | None:
        """Return the dbt source through which an asset reads, if any."""
        return self.source(where, read.source, read.key) if read.source else None

    def source(self, where: LocatedInterface, name: str, key: str) -> Source | None:
        """Return a location's dbt source by its name, `source.table`, and its asset key.

        Packages can have sources of one name, and a source has several keys if several translators
        name it. If none has the key, any source of that name is returned.
        """
        named = self._sources.get((where.file, name), ())
        return next((one for one in named if one.key == key), named[0] if named else None)

    @cached_property
    def _sources(self) -> dict[tuple[str, str], list[Source]]:
        found: dict[tuple[str, str], list[Source]] = {}
        for where, source in self.sources():
            found.setdefault((where.file, source.name), []).append(source)
        return found

    def producer(self, key: str) -> LocatedAsset | None:
        """Return the executable asset with a key; the first, if several locations produce it."""
        found = self.producers.get(key)
        return found[0] if found else None

    def only_producer(self, key: str) -> LocatedAsset | None:
        """Return the only executable asset with a key, or the only external one if none is.

        None if there are several: which one is read is not known, and a rule reports them.
        """
        found = self.producers.get(key) or self.declared.get(key)
        return found[0] if found and len(found) == 1 else None
