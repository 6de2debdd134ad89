"""References to asset keys without a producer, by how certain the fault is.

`ED01` and `EX01` share this search. ED01 reports keys that are certainly wrong. EX01 reports, once
per prefix, keys that may belong to a system outside the graph.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from dagster_lineage.analyze.nearest_keys import KeySuggestion, KnownKeys, split_last
from dagster_lineage.files.settings import Settings, external_of
from dagster_lineage.model import Edge, LineageGraph, LocatedInterface, Source, key_path
from dagster_lineage.model.wording import listed

MANY = 5
"""Number of keys without a producer under one prefix; fewer may all be mistakes."""


class UnresolvedReference(Struct, frozen=True, kw_only=True):
    """One place that names a key which is neither produced nor declared."""

    where: LocatedInterface
    """The reader's code location."""
    key: str
    file: str
    line: int
    edges: tuple[Edge, ...]
    """Edges that name the key there; none for a source that only tests or exposures use."""
    source: Source | None
    """The dbt source that names it, if one does."""
    checks: tuple[str, ...]
    """Names of asset checks that name it there."""
    suggestion: KeySuggestion
    certain: bool
    """The key is certainly wrong: its prefix belongs to this graph, or it is a known key in another
    spelling."""
    unknown: bool
    """A code location that could not be loaded may produce the key."""

    @property
    def readers(self) -> str:
        """The readers in words."""
        if self.edges:
            return listed((edge.reader.key for edge in self.edges), 1)
        if self.checks:
            return f"check {listed(self.checks, 1)}"
        return f"source `{self.source.name}`" if self.source else "no reader"

    @property
    def owners(self) -> tuple[str, ...]:
        """Owners of all readers."""
        return tuple(dict.fromkeys(owner for edge in self.edges for owner in edge.reader.owners))


def unresolved_references(
    graph: LineageGraph, settings: Settings
) -> tuple[UnresolvedReference, ...]:
    """Return every place that names a key without a producer, in the order of projects and places.

    Keys that a code location declares, or that are external in the settings, are left out.
    """
    places = _places(graph)
    references = _references(graph, places) if places else ()
    return tuple(one for one in references if not external_of(settings, one.key))


def unread_sources(
    graph: LineageGraph, settings: Settings
) -> list[tuple[LocatedInterface, Source]]:
    """Return the dbt sources that have no producer and no reader."""
    return [
        (where, source)
        for where, source in graph.sources()
        if not source.read
        and source.key not in graph.producers
        and source.key not in graph.declared
        and not external_of(settings, source.key)
    ]


class _Place(Struct):
    """A place that names a key, while its readers are collected."""

    where: LocatedInterface
    source: Source | None
    edges: list[Edge]
    checks: list[str]


_Position = tuple[str, str, int, str]
"""Project, file, line and key."""


def _places(graph: LineageGraph) -> dict[_Position, _Place]:
    producers, declared = graph.producers, graph.declared
    places: dict[_Position, _Place] = {}
    seen: set[tuple[str, str]] = set()
    for edge in graph.foreign_edges:
        read = edge.read
        if read.key in producers or read.key in declared:
            continue
        seen.add((edge.where.file, read.source))
        if read.declared:
            place = _Place(edge.where, graph.source_of(edge.where, read), [], [])
            position = (edge.where.project, *_position(edge, place.source), read.key)
            places.setdefault(position, place).edges.append(edge)
    for where, source in graph.sources():
        key = source.key
        if (
            not source.read
            or key in producers
            or key in declared
            or (where.file, source.name) in seen
        ):
            continue
        at = where.path(source.key_at or source.at)
        places.setdefault((where.project, *at, key), _Place(where, source, [], []))
    for where in graph.located:
        for check in where.interface.checks:
            if check.key not in producers and check.key not in declared:
                position = (where.project, *where.path(check.at), check.key)
                place = places.setdefault(position, _Place(where, None, [], []))
                place.checks.append(check.name)
    return places


def _position(edge: Edge, source: Source | None) -> tuple[str, int]:
    """Return where the key is written: for dbt in the source, however many models read it."""
    at = (source.key_at or source.at) if source else ""
    return edge.where.path(at) if at else edge.place


def _references(
    graph: LineageGraph, places: dict[_Position, _Place]
) -> tuple[UnresolvedReference, ...]:
    known = KnownKeys(graph)
    suggestions = {
        position: known.suggestion(position[3], place.source.relation if place.source else "")
        for position, place in places.items()
    }
    by_key = {position[3]: one for position, one in suggestions.items()}
    misspelled = _misspelled(by_key)
    outside = _outside_prefixes(known, by_key.keys() - misspelled)
    unknown = _unknown_keys(graph, by_key, misspelled)
    return tuple(
        UnresolvedReference(
            where=place.where,
            key=key,
            file=file,
            line=line,
            edges=tuple(place.edges),
            source=place.source,
            checks=tuple(place.checks),
            suggestion=suggestions[position],
            certain=key in misspelled or split_last(key)[0] not in outside,
            unknown=key in unknown,
        )
        for position, place in sorted(places.items(), key=lambda item: item[0])
        for _, file, line, key in (position,)
    )


def _misspelled(suggestions: dict[str, KeySuggestion]) -> set[str]:
    """Return the keys for which a known key was certainly meant.

    A known key that is one part of the path away is certain, unless it is one of few under a prefix
    with many other keys. If it is the first part, all of several keys must have such a known key:
    the first part often is the name of another system.
    """
    groups: dict[str, list[KeySuggestion]] = {}
    for key, one in suggestions.items():
        if not one.certain:
            groups.setdefault(split_last(key)[0], []).append(one)
    misspelled = set()
    for key, one in suggestions.items():
        group = groups.get(split_last(key)[0], [])
        near = sum(other.evidence in ("path", "prefix") for other in group)
        few = len(group) <= MANY or 2 * near >= len(group)
        if (
            one.certain
            or (one.evidence == "path" and few)
            or (one.evidence == "prefix" and near == len(group) > 1)
        ):
            misspelled.add(key)
    return misspelled


def _unknown_keys(
    graph: LineageGraph, suggestions: dict[str, KeySuggestion], misspelled: set[str]
) -> set[str]:
    """Return the keys that a code location which could not be loaded may produce.

    These are not keys that were misspelled, nor those under a prefix that belongs to one code
    location: it loads, and produces at least as many of its keys as are missing. A key that has
    the name of a location that could not be loaded is unknown in both cases.
    """
    if not graph.unreadable:
        return set()
    names = {
        name.casefold()
        for where in graph.unreadable
        for name in (where.project, where.interface.location, where.folder.rpartition("/")[2])
    }
    producers: dict[str, Counter[str]] = {}
    for one in graph.assets():
        if one.asset.executable:
            prefix, _ = split_last(one.asset.key)
            producers.setdefault(prefix, Counter())[one.where.file] += 1
    missing = Counter(split_last(key)[0] for key in suggestions.keys() - misspelled)

    def is_of_one_location(key: str) -> bool:
        prefix, _ = split_last(key)
        found = producers.get(prefix, Counter())
        return bool(prefix) and len(found) == 1 and found.total() >= missing[prefix]

    return {
        key
        for key, suggestion in suggestions.items()
        if not suggestion.certain
        and (
            any(part.casefold() in names for part in key_path(key))
            or not (key in misspelled or is_of_one_location(key))
        )
    }


def _outside_prefixes(known: KnownKeys, keys: set[str]) -> set[str]:
    """Return the prefixes that belong to a system outside the graph, as far as the keys show.

    No asset is produced under such a prefix; or few are and many more keys without a producer are
    read, as where a script adds a table to those of a loader.
    """
    counts: dict[str, int] = {}
    for key in keys:
        prefix, _ = split_last(key)
        counts[prefix] = counts.get(prefix, 0) + 1
    return {
        prefix
        for prefix, count in counts.items()
        if not prefix
        or not known.produced_under(prefix)
        or count > max(MANY, known.produced_under(prefix))
    }
