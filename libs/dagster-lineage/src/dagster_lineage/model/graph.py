"""The interfaces of all code locations joined by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from dagster_lineage.model.interface import OUTSIDE, Asset, Interface, Read, Source
from dagster_lineage.model.places import split_place
from dagster_lineage.model.references import Reference, references_of, unmet
from dagster_lineage.model.relations import same_relation, table_of


class LocatedInterface(Struct, frozen=True):
    """An interface and where it lies.

    Attributes:
        interface: What the code location makes and reads.
        folder: Its project's folder, relative to the repository's root, with forward slashes;
            `.` is the root itself.
        file: The interface file, relative to the root.
    """

    interface: Interface
    folder: str
    file: str

    @property
    def project(self) -> str:
        """Name of the project."""
        return self.interface.project

    def path(self, at: str) -> tuple[str, int]:
        """File (relative to the root) and line of a place in this project.

        Without a place, the interface file itself: a finding always points somewhere.
        """
        if not at:
            return self.file, 1
        file, line = split_place(at)
        if self.folder in ("", "."):
            return file, line
        parts = [*self.folder.split("/")]
        for part in file.split("/"):
            if part == ".." and parts:
                parts.pop()
            else:
                parts.append(part)
        return "/".join(parts), line


class LocatedAsset(Struct, frozen=True, gc=False):
    """An asset and the interface that tells of it."""

    where: LocatedInterface
    asset: Asset

    @property
    def place(self) -> tuple[str, int]:
        """File (relative to the root) and line of its definition."""
        return self.where.path(self.asset.at)


class Edge(Struct, frozen=True, gc=False):
    """A read, with both ends: `made` is empty when nothing executable has the key."""

    where: LocatedInterface
    reader: Asset
    read: Read

    @property
    def place(self) -> tuple[str, int]:
        """File (relative to the root) and line where the reader names what it reads."""
        return self.where.path(self.read.at or self.reader.at)


class LineageGraph:
    """All interfaces, with the indexes that rules and readers ask again and again.

    Args:
        located: One entry per code location, in any order; sorted by project here.
        root: Folder of the checkout that they describe; None where its files are not at hand, as
            those of another commit.
    """

    def __init__(self, located: Iterable[LocatedInterface], root: Path | None = None) -> None:
        self.root = root
        self.located = tuple(sorted(located, key=lambda one: (one.project, one.interface.location)))

    @cached_property
    def producers(self) -> dict[str, list[LocatedAsset]]:
        """Executable assets by key: more than one entry is a fault."""
        found: dict[str, list[LocatedAsset]] = {}
        for where in self.located:
            for asset in where.interface.assets:
                if asset.kind not in OUTSIDE:
                    found.setdefault(asset.key, []).append(LocatedAsset(where, asset))
        return found

    @cached_property
    def declared(self) -> dict[str, list[LocatedAsset]]:
        """Assets that somebody declared as external, by key; Dagster's stubs are none."""
        found: dict[str, list[LocatedAsset]] = {}
        for where in self.located:
            for asset in where.interface.assets:
                if asset.kind == "external":
                    found.setdefault(asset.key, []).append(LocatedAsset(where, asset))
        return found

    @cached_property
    def foreign_edges(self) -> tuple[Edge, ...]:
        """Edges whose key the reader's own location does not make, in the order of projects."""
        edges: list[Edge] = []
        for where in self.located:
            assets = where.interface.assets
            own = {asset.key for asset in assets if asset.kind not in OUTSIDE}
            edges += [
                Edge(where, asset, read)
                for asset in assets
                for read in asset.reads
                if read.key not in own
            ]
        return tuple(edges)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Places that name an asset of another location: what rules about two ends look at."""
        return references_of(self)

    @cached_property
    def unmet_references(self) -> tuple[Reference, ...]:
        """Those whose readers expect something of a column that its producer does not say."""
        return unmet(self.column_references)

    @cached_property
    def column_references(self) -> tuple[Reference, ...]:
        """Those whose two ends are one table.

        A source with the key of one table and the relation of another reads the other one: what it
        declares has nothing to do with the columns of its key. That itself is for KY02 to tell.
        """
        return tuple(one for one in self.references if not self._reads_another_table(one))

    def _reads_another_table(self, reference: Reference) -> bool:
        relation = reference.source.relation if reference.source else ""
        named = reference.producer.asset
        if not relation or not named.relation or same_relation(relation, named.relation):
            return False
        producer = self.producer_of_table(relation)
        return producer is not None and producer.asset.key != named.key

    @cached_property
    def producers_by_table(self) -> dict[str, list[LocatedAsset]]:
        """Executable assets by schema and table, folded; several databases may have one such."""
        found: dict[str, list[LocatedAsset]] = {}
        for producer in self.producers.values():
            for one in producer:
                if one.asset.relation:
                    found.setdefault(table_of(one.asset.relation), []).append(one)
        return found

    def producer_of_table(self, relation: str) -> LocatedAsset | None:
        """Who makes a table; of all databases that have one of this name, in the right one."""
        producers = self.producers_by_table.get(table_of(relation), ())
        return next((one for one in producers if same_relation(one.asset.relation, relation)), None)

    @cached_property
    def readers(self) -> dict[str, list[Edge]]:
        """Every edge, own and foreign, by the key that is read."""
        found: defaultdict[str, list[Edge]] = defaultdict(list)
        for where in self.located:
            for asset in where.interface.assets:
                for read in asset.reads:
                    found[read.key].append(Edge(where, asset, read))
        return dict(found)

    @cached_property
    def unreadable(self) -> tuple[LocatedInterface, ...]:
        """Code locations that could not be asked: what they make is unknown."""
        return tuple(one for one in self.located if one.interface.unreadable)

    def assets(self) -> Iterator[LocatedAsset]:
        """Every asset of every interface, stubs too."""
        for where in self.located:
            for asset in where.interface.assets:
                yield LocatedAsset(where, asset)

    def sources(self) -> Iterator[tuple[LocatedInterface, Source]]:
        """Every dbt source of every interface."""
        for where in self.located:
            for source in where.interface.sources:
                yield where, source

    def source_of(self, where: LocatedInterface, read: Read) -> Source | None:
        """The dbt source that a read goes through, if any."""
        return self.source(where, read.source, read.key) if read.source else None

    def source(self, where: LocatedInterface, name: str, key: str) -> Source | None:
        """A location's dbt source by its name, `source.table`, and its asset key.

        Packages have sources of one name, and one source has several keys where several
        translators name it; with no such key it is any source of that name.
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
        """The executable asset with a key (the first, where several locations make it)."""
        found = self.producers.get(key)
        return found[0] if found else None
