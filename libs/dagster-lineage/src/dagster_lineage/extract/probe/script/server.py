"""Asks a code server that somebody else runs, where the workspace knows no code.

It answers with what Dagster's web server is told: no lines of code, no manifests. Which keys it
makes and reads is what the other locations need of it.
"""

# ruff: noqa: PLC0415 - Dagster is imported where it is needed

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import assets, declared, jobs, partitions
from .declared import key_text, plain

KIND_TAG = "dagster/kind/"
SERVER_KNOWS_LESS = (
    "asked through its server, which knows no lines of code, no dbt manifests, no sensors' targets "
    "and no columns that its readers expect"
)


def facts(request: dict[str, Any]) -> dict[str, Any]:
    """Assets, checks, jobs and schedules of all repositories of a running server.

    Args:
        request: With `grpc`: host, port or socket, ssl.

    Raises:
        ConnectionError: no server answers, or it serves definitions that do not load.
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
            if not name.startswith(jobs.MADE_BY_DAGSTER)
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
        "notes": [SERVER_KNOWS_LESS],
    }


def _repositories(request: dict[str, Any]) -> Iterator[Any]:
    """`RepositorySnap`s, without the graphs of their jobs."""
    from dagster._api.list_repositories import sync_list_repositories_grpc
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin
    from dagster._core.remote_representation.external_data import RepositorySnap
    from dagster._grpc.client import DagsterGrpcClient
    from dagster._serdes import deserialize_value

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
                raise ConnectionError(f"its server answers with an error: {snapshot.error.message}")
            yield snapshot
    except DagsterUserCodeUnreachableError:
        port_or_socket = address["socket"] or address["port"]
        raise ConnectionError(
            f"it is listed only as a running server, and none answers at "
            f"{address['host']}:{port_or_socket}; start it, or list its module, file or package"
        ) from None


def _asset(node: Any) -> dict[str, Any]:
    metadata = node.metadata
    partitioned = getattr(node.partitions, "get_partitions_definition", None)
    condition = getattr(node.automation_condition_snapshot, "node_snapshot", None)
    return {
        "key": key_text(node.asset_key),
        "executable": node.execution_type.name == "MATERIALIZATION",
        "stub": bool(plain(metadata.get(assets.STUB))),
        "at": declared.code_reference(metadata),
        "group": node.group_name,
        "owners": declared.owners(node),
        "kinds": sorted(
            tag[len(KIND_TAG) :] for tag in node.tags or {} if tag.startswith(KIND_TAG)
        ),
        "relation": declared.text(metadata, "dagster/table_name"),
        "partitions": partitions.facts(partitioned()) if partitioned else None,
        "freshness": declared.freshness(node),
        # A condition that can be sent comes as the policy that it once was.
        "automation": declared.automation(node)
        or getattr(condition, "label", None)
        or getattr(condition, "name", ""),
        "columns": declared.column_schema(metadata),
        "column_lineage": declared.column_lineage(metadata),
        "unique_id": declared.text(metadata, assets.UNIQUE_ID),
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
