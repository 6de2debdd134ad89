"""The graph as OpenLineage events: what there is, without a run.

OpenLineage 2-0-2 has two events for static metadata (https://openlineage.io/docs/spec/object-model,
"Job Event" and "Dataset Event"): a `DatasetEvent` tells of a table, a `JobEvent` of what reads and
makes it. Every asset has a dataset event; one that code makes has a job event, too.

Names (https://openlineage.io/docs/spec/naming asks for the warehouse's address, which an interface
does not know):

* Dataset namespace: `dagster`, or what `--namespace` says, for every dataset, so that both ends of
  an edge between projects mean the same one. Dataset name: the asset key's text, `marts/orders`.
* The table itself, where it is known, is a `symlinks` facet: type `TABLE`, name
  `database.schema.table`; and `dataSource` names the engine.
* Job namespace: the dataset namespace, a slash and the project's name; job name: the asset key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.present.openlineage.facets import Facet, dataset_facets, job_facets

VERSION = "2-0-2"
NAMESPACE = "dagster"
_SPEC = f"https://openlineage.io/spec/{VERSION}/OpenLineage.json#/$defs"

Event = dict[str, object]


def lines(graph: LineageGraph, *, time: dt.datetime, namespace: str = NAMESPACE) -> Iterator[str]:
    """The events as text, one JSON object a line; arguments as for `events`."""
    for event in events(graph, time=time, namespace=namespace):
        yield msgspec.json.encode(event).decode()


def events(
    graph: LineageGraph, *, time: dt.datetime, namespace: str = NAMESPACE
) -> Iterator[Event]:
    """All events, datasets before the jobs that touch them, in the order of projects and keys.

    Args:
        graph: All interfaces.
        time: When this is how things are, with a time zone: consumers order events by it.
        namespace: Of the datasets.
    """
    shown = [producer for producer in graph.assets() if _tells(graph, producer)]
    said_by = producer_uri()
    head = {"eventTime": time.isoformat(), "producer": said_by}
    for producer in shown:
        dataset = _dataset(
            namespace, producer.asset.key, dataset_facets(producer, namespace, said_by)
        )
        yield {**head, "schemaURL": f"{_SPEC}/DatasetEvent", "dataset": dataset}
    for producer in shown:
        if producer.asset.executable:
            keys = dict.fromkeys(read.key for read in producer.asset.reads)
            yield {
                **head,
                "schemaURL": f"{_SPEC}/JobEvent",
                "job": {
                    "namespace": f"{namespace}/{quote(producer.where.project)}",
                    "name": producer.asset.key,
                    "facets": job_facets(producer, said_by),
                },
                "inputs": [_dataset(namespace, key) for key in keys],
                "outputs": [_dataset(namespace, producer.asset.key)],
            }


def producer_uri() -> str:
    """The URI of who says all that: this library and its version."""
    from importlib.metadata import version  # noqa: PLC0415 - costs time, needed once

    return f"urn:dagster-lineage:{version('dagster-lineage')}"


def _tells(graph: LineageGraph, producer: LocatedAsset) -> bool:
    """Whether this is the interface that tells of an asset: its maker's, or else the first one."""
    known = graph.producers.get(producer.asset.key) or graph.declared.get(producer.asset.key) or []
    return bool(known) and known[0].asset is producer.asset


def _dataset(namespace: str, key: str, facets: dict[str, Facet] | None = None) -> Event:
    named: Event = {"namespace": namespace, "name": key}
    return {**named, "facets": facets} if facets else named
