"""Tables that are read under the key of another one."""

from __future__ import annotations

from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.relations import same_relation


def disagreeing_producer(graph: LineageGraph, key: str, relation: str) -> LocatedAsset | None:
    """Return the asset whose key or table a read confuses; None if key and relation fit.

    It is an asset with the key and another relation. If the relation of the key is not known, it is
    the producer of the relation under another key.

    Args:
        graph: The interface graph.
        key: Key that is read.
        relation: Relation that is read under the key.
    """
    named = graph.producers.get(key) or graph.declared.get(key) or []
    if not relation or any(one.asset.relation == relation for one in named):
        return None
    known = [one for one in named if one.asset.relation]
    if known:
        same = any(same_relation(relation, one.asset.relation) for one in known)
        return None if same else known[0]
    producer = graph.producer_of_table(relation) if named else None
    return producer if producer and producer.asset.key != key else None
