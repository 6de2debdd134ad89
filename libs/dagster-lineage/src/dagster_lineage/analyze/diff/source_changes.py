"""Changed relations of dbt sources, and of models of installed packages that a project reads.

Such a change is the reader's own: a line of its YAML, or of its configuration of a package.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from dagster_lineage.analyze.diff.branch import Branch, broken
from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.reliance.readers import Reader, asset_reader, source_reader
from dagster_lineage.analyze.reliance.tables import disagreeing_producer
from dagster_lineage.model import Edge, LineageGraph


class NamedRelation(NamedTuple):
    """A relation that a project names for a key."""

    key: str
    relation: str
    named_by: Reader
    """The dbt source, or the asset with a `ref` to a model of an installed package."""
    readers: list[Reader]
    """The assets that read it; the source itself if none does."""


def source_changes(branch: Branch) -> Iterator[Change]:
    """Yield the reads that name another relation at head than at base.

    The change is breaking if `lineage check` reports the relation at head (KY02), and not at base:
    the readers then read another table than that of their key. A relation that follows that of its
    producer is part of the producer's change.
    """
    base, head = branch.before.graph, branch.after.graph
    same = {id(one.interface) for one in base.located} & {id(one.interface) for one in head.located}
    before = dict(_named_relations(base, same))
    for name, named in _named_relations(head, same):
        old = before[name].relation if name in before else ""
        if old and old.casefold() != named.relation.casefold():
            change = _change(branch, named, old)
            if change.level == "breaking" or not _producer_changed(branch, named.key):
                yield change


def _named_relations(
    graph: LineageGraph, left_out: Collection[int]
) -> Iterator[tuple[tuple[str, ...], NamedRelation]]:
    """Yield relations by location and name.

    Args:
        graph: The graph at base or head.
        left_out: Ids of the interfaces that did not change.
    """
    for where in graph.located:
        if id(where.interface) in left_out:
            continue
        location = (where.project, where.interface.location)
        for source in where.interface.sources:
            if source.read and source.relation:
                through = [
                    asset_reader(edge)
                    for edge in graph.readers.get(source.key, ())
                    if edge.where is where and edge.read.source == source.name
                ]
                itself = source_reader(where, source)
                named = NamedRelation(source.key, source.relation, itself, through or [itself])
                yield (*location, source.package, source.name, source.key), named
        for asset in where.interface.assets:
            for read in asset.reads:
                if read.relation:
                    reader = asset_reader(Edge(where, asset, read))
                    named = NamedRelation(read.key, read.relation, reader, [reader])
                    yield (*location, asset.key, read.key), named


def _producer_changed(branch: Branch, key: str) -> bool:
    old, now = branch.before.graph.producer(key), branch.after.graph.producer(key)
    return old is not None and now is not None and old.asset.relation != now.asset.relation


def _change(branch: Branch, named: NamedRelation, old: str) -> Change:
    key, relation, named_by, readers = named
    producer = disagreeing_producer(branch.after.graph, key, relation)
    breaks = producer and not disagreeing_producer(branch.before.graph, key, old)
    message = f"{named_by.name} now reads the relation {relation} as {key}; it was {old}."
    if producer:
        message += f" {producer.asset.key} is {producer.asset.relation}."
    return Change(
        kind="source-relation-changed",
        level="breaking" if breaks else "compatible",
        project=named_by.where.project,
        key=key,
        before=old,
        after=relation,
        message=message,
        file=named_by.place[0],
        line=named_by.place[1],
        owners=named_by.owners,
        readers=tuple(broken(one, f"reads {relation} as {key}") for one in readers)
        if breaks
        else (),
    )
