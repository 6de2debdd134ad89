"""The interface graph as OpenLineage events of static metadata.

OpenLineage 2-0-2 has two events without a run (https://openlineage.io/docs/spec/object-model, "Job
Event" and "Dataset Event"): a `DatasetEvent` describes a table, a `JobEvent` the job that reads and
writes tables. Every asset has a dataset event, and every asset with a producer a job event.

Names (https://openlineage.io/docs/spec/naming requires the address of the warehouse, which an
interface does not contain):

* Dataset namespace: `dagster`, or the value of `--namespace`. It is the same for all datasets, so
  that both ends of a cross-project edge name one dataset. Dataset name: the key, `marts/orders`.
* The table, where it is known, is a `symlinks` facet with the type `TABLE` and the name
  `database.schema.table`. The `dataSource` facet names the engine.
* Job namespace: the dataset namespace, a slash and the name of the project. Job name: the key.
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
    """Yield the events as text, one JSON object per line; arguments as for `events`."""
    for event in events(graph, time=time, namespace=namespace):
        yield msgspec.json.encode(event).decode()


def events(
    graph: LineageGraph, *, time: dt.datetime, namespace: str = NAMESPACE
) -> Iterator[Event]:
    """Yield all events, dataset events first, in the order of projects and keys.

    Args:
        graph: The interface graph.
        time: Time of the events, with a time zone. Consumers order events by it.
        namespace: Namespace of the datasets.
    """
    described = [located for located in graph.assets() if _is_described_by(graph, located)]
    uri = producer_uri()
    head = {"eventTime": time.isoformat(), "producer": uri}
    for located in described:
        dataset = _dataset(namespace, located.asset.key, dataset_facets(located, namespace, uri))
        yield {**head, "schemaURL": f"{_SPEC}/DatasetEvent", "dataset": dataset}
    for located in described:
        if located.asset.executable:
            keys = dict.fromkeys(read.key for read in located.asset.reads)
            yield {
                **head,
                "schemaURL": f"{_SPEC}/JobEvent",
                "job": {
                    "namespace": f"{namespace}/{quote(located.where.project)}",
                    "name": located.asset.key,
                    "facets": job_facets(located, uri),
                },
                "inputs": [_dataset(namespace, key) for key in keys],
                "outputs": [_dataset(namespace, located.asset.key)],
            }


def producer_uri() -> str:
    """Return the URI of this library and its version."""
    from importlib.metadata import version  # noqa: PLC0415 - slow to import

    return f"urn:dagster-lineage:{version('dagster-lineage')}"


def _is_described_by(graph: LineageGraph, located: LocatedAsset) -> bool:
    """Return whether an asset is described by this interface: its producer's, or the first one."""
    known = graph.producers.get(located.asset.key) or graph.declared.get(located.asset.key) or []
    return bool(known) and known[0].asset is located.asset


def _dataset(namespace: str, key: str, facets: dict[str, Facet] | None = None) -> Event:
    named: Event = {"namespace": namespace, "name": key}
    return {**named, "facets": facets} if facets else named
