"""Facts of a running code server, for code locations whose code the workspace does not name.

The server sends what it sends to Dagster's web server: asset keys and dependencies, but no lines of
code and no dbt manifests.

Adapter for private names (Dagster 1.13.27):

* `dagster._grpc.client.DagsterGrpcClient` and `dagster._api.list_repositories` call the server.
* `dagster._core.remote_origin` has the arguments of the call.
* `dagster._core.remote_representation.external_data.RepositorySnap` is the answer.
* `dagster._core.errors.DagsterUserCodeUnreachableError`: no server answers.

Dagster publishes no client of code servers. Its GraphQL API has the same facts, but needs a running
web server for the workspace; with one, the client in `dagster-graphql` would replace this module.
"""

# ruff: noqa: PLC0415 - an interpreter without Dagster can import this module

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import assets, declarations, jobs, partitions
from .declarations import key_text, plain

KNOWN_IN_PART = (
    "loaded from its running server, which does not report lines of code, dbt manifests, the "
    "targets of sensors, and the columns that its assets expect"
)


def facts(request: dict[str, Any]) -> dict[str, Any]:
    """Return the assets, checks, jobs and schedules of all repositories of a running server.

    Args:
        request: Fields of a `LocationEntry`; `grpc` has host, port or socket, and ssl.

    Raises:
        ConnectionError: no server answers, or its definitions do not load.
    """
    found: dict[str, list[dict[str, Any]]] = {"assets": [], "checks": [], "jobs": []}
    for repository in _repositories(request):
        targets: dict[str, list[str]] = {}
        for node in sorted(repository.asset_nodes, key=lambda node: key_text(node.asset_key)):
            found["assets"].append(_asset(node))
            for job in node.job_names if node.execution_type.name == "MATERIALIZATION" else ():
                targets.setdefault(job, []).append(key_text(node.asset_key))
        found["checks"] += [
            {"name": one.name, "asset": key_text(one.asset_key), "blocking": bool(one.blocking)}
            for one in repository.asset_check_nodes or []
        ]
        found["jobs"] += [
            {"name": name, "kind": "job", "targets": targets[name]}
            for name in sorted(targets)
            if not name.startswith(jobs.CREATED_BY_DAGSTER)
        ]
        found["jobs"] += [
            {
                "name": one.name,
                "kind": "schedule",
                "cron": jobs.cron(one.cron_schedule),
                "targets": targets.get(one.job_name, []),
            }
            for one in repository.schedules
        ]
    return {
        "name": request["name"],
        "folder": request["working_directory"],
        **found,
        "notes": [KNOWN_IN_PART],
    }


def _repositories(request: dict[str, Any]) -> Iterator[Any]:
    """Yield the `RepositorySnap`s of the server, without the graphs of jobs."""
    from dagster import deserialize_value
    from dagster._api.list_repositories import sync_list_repositories_grpc
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin
    from dagster._core.remote_representation.external_data import RepositorySnap
    from dagster._grpc.client import DagsterGrpcClient

    address = request["grpc"]
    where = {"host": address["host"], "port": address["port"], "socket": address["socket"] or None}
    client = DagsterGrpcClient(use_ssl=address["ssl"], **where)
    origin = GrpcServerCodeLocationOrigin(
        location_name=request["name"], use_ssl=address["ssl"], **where
    )
    try:
        for symbol in sync_list_repositories_grpc(client).repository_symbols:
            answer = client.external_repository(
                RemoteRepositoryOrigin(origin, symbol.repository_name), defer_snapshots=True
            )
            snapshot: Any = deserialize_value(answer)
            if not isinstance(snapshot, RepositorySnap):
                raise ConnectionError(f"its server returned an error: {snapshot.error.message}")
            yield snapshot
    except DagsterUserCodeUnreachableError:
        port_or_socket = address["socket"] or address["port"]
        raise ConnectionError(
            f"the workspace lists it as a running server, but none answers at "
            f"{address['host']}:{port_or_socket}. Start it, or list its module, file or package."
        ) from None


def _asset(node: Any) -> dict[str, Any]:
    metadata = node.metadata
    partitioned = getattr(node.partitions, "get_partitions_definition", None)
    condition = getattr(node.automation_condition_snapshot, "node_snapshot", None)
    return {
        "key": key_text(node.asset_key),
        "executable": node.execution_type.name == "MATERIALIZATION",
        "stub": bool(plain(metadata.get(assets.STUB))),
        "at": declarations.code_reference(metadata),
        "description": getattr(node, "description", None) or "",
        "group": node.group_name,
        "owners": declarations.owners(node),
        "relation": declarations.text(metadata, "dagster/table_name"),
        "partitions": partitions.facts(partitioned()) if partitioned else None,
        "freshness": declarations.freshness(node),
        # A condition that can be serialized is sent as an `AutoMaterializePolicy`.
        "automation": declarations.automation(node)
        or getattr(condition, "label", None)
        or getattr(condition, "name", ""),
        "columns": declarations.column_schema(metadata),
        "column_lineage": declarations.column_lineage(metadata),
        "unique_id": declarations.text(metadata, assets.UNIQUE_ID),
        "dependencies": [
            {
                "key": key_text(edge.parent_asset_key),
                "partition_mapping": type(edge.partition_mapping).__name__
                if edge.partition_mapping is not None
                else "",
            }
            for edge in sorted(node.parent_edges, key=lambda edge: key_text(edge.parent_asset_key))
        ],
    }
