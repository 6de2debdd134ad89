"""What is read and made by nobody: edges that end nowhere, told apart by how sure that is.

`ED01` and `EX01` share this search. The first one speaks where a key is wrong beyond doubt, the
second one, once per prefix, where it may belong to a system that was not asked.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from msgspec import Struct

from dagster_lineage.analyze.nearest_keys import KnownKeys, Meant, split_last
from dagster_lineage.files.settings import Settings, external_of
from dagster_lineage.model import Edge, LineageGraph, LocatedInterface, Source

MANY = 5
"""Keys that nobody makes under one prefix: fewer may well all be mistakes."""


class Unresolved(Struct, frozen=True, kw_only=True):
    """A key that nobody makes or declares, at one place that names it."""

    where: LocatedInterface
    key: str
    file: str
    line: int
    edges: tuple[Edge, ...]
    """Readers that name it there; none for a source that only tests or exposures use."""
    source: Source | None
    checks: tuple[str, ...]
    """Asset checks that name it there."""
    meant: Meant
    wrong: bool
    """Certainly a fault: its neighbours are made here, or it is a known key in another spelling."""

    @property
    def readers(self) -> str:
        """Who reads it, in words."""
        names = list(dict.fromkeys(edge.reader.key for edge in self.edges))
        if not names and self.checks:
            more = f" and {len(self.checks) - 1} more" if len(self.checks) > 1 else ""
            return f"check `{self.checks[0]}`{more}"
        if not names:
            return f"source `{self.source.name}`" if self.source else "nobody"
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return f"`{names[0]}`{more}"

    @property
    def owners(self) -> tuple[str, ...]:
        """Of all its readers."""
        return tuple(dict.fromkeys(owner for edge in self.edges for owner in edge.reader.owners))


def unresolved(graph: LineageGraph, settings: Settings) -> list[Unresolved]:
    """Keys that are read, made by nobody, declared by nobody, and not external in the settings.

    Every place that names such a key has one entry, in the order of projects and places.
    """
    if graph not in _FOUND:
        _FOUND[graph] = _unresolved(graph)
    return [one for one in _FOUND[graph] if not external_of(settings, one.key)]


def unread_sources(
    graph: LineageGraph, settings: Settings
) -> list[tuple[LocatedInterface, Source]]:
    """Sources that nothing uses and nobody makes: dead lines, which break nothing."""
    return [
        (where, source)
        for where, source in graph.sources()
        if not source.read
        and source.key not in graph.producers
        and source.key not in graph.declared
        and not external_of(settings, source.key)
    ]


class _Named(Struct):
    """A place that names a key, while its readers are gathered."""

    where: LocatedInterface
    source: Source | None
    edges: list[Edge]
    checks: list[str]


_Place = tuple[str, str, int, str]
"""Project, file, line, key."""


# Two rules ask for the same graph, one after the other.
_FOUND: WeakKeyDictionary[LineageGraph, tuple[Unresolved, ...]] = WeakKeyDictionary()


def _unresolved(graph: LineageGraph) -> tuple[Unresolved, ...]:
    producer, declared = graph.producers, graph.declared
    places: dict[_Place, _Named] = {}
    seen: set[tuple[str, str]] = set()
    for edge in graph.foreign_edges:
        read = edge.read
        if read.key in producer or read.key in declared:
            continue
        seen.add((edge.where.file, read.source))
        if read.declared:
            named = _Named(edge.where, graph.source_of(edge.where, read), [], [])
            place = (edge.where.project, *_names_it(edge, named.source), read.key)
            places.setdefault(place, named).edges.append(edge)
    for where, source in graph.sources():
        key = source.key
        if (
            not source.read
            or key in producer
            or key in declared
            or (where.file, source.name) in seen
        ):
            continue
        at = where.path(source.key_at or source.at)
        places.setdefault((where.project, *at, key), _Named(where, source, [], []))
    for where in graph.located:
        for check in where.interface.checks:
            if check.key not in producer and check.key not in declared:
                place = (where.project, *where.path(check.at), check.key)
                named = places.setdefault(place, _Named(where, None, [], []))
                named.checks.append(check.name)
    return _judged(graph, places) if places else ()


def _names_it(edge: Edge, source: Source | None) -> tuple[str, int]:
    """Where a key is written: for dbt in the source, however many models read it."""
    at = (source.key_at or source.at) if source else ""
    return edge.where.path(at) if at else edge.place


def _judged(graph: LineageGraph, places: dict[_Place, _Named]) -> tuple[Unresolved, ...]:
    known = KnownKeys(graph)
    meant = {
        place: known.meant(place[3], named.source.relation if named.source else "")
        for place, named in places.items()
    }
    foreign = _foreign_spaces(known, {place[3] for place in places if not meant[place].sure})
    return tuple(
        Unresolved(
            where=named.where,
            key=place[3],
            file=place[1],
            line=place[2],
            edges=tuple(named.edges),
            source=named.source,
            checks=tuple(named.checks),
            meant=meant[place],
            wrong=meant[place].sure or split_last(place[3])[0] not in foreign,
        )
        for place, named in sorted(places.items(), key=lambda item: item[0])
    )


def _foreign_spaces(known: KnownKeys, keys: set[str]) -> set[str]:
    """Prefixes that belong to a system that was not asked, as far as the keys tell.

    Nobody makes anything under them; or little, and much more is read that nobody makes: then one
    of our assets sits among theirs (a script that adds a table to what a loader brings).
    """
    counts: dict[str, int] = {}
    for key in keys:
        space, _ = split_last(key)
        counts[space] = counts.get(space, 0) + 1
    return {
        space
        for space, count in counts.items()
        if not space or not known.made_under(space) or count > max(MANY, known.made_under(space))
    }
