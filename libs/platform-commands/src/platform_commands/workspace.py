"""Dagster's workspace: its instance, its code locations and its graph over all of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dagster import AssetCheckKey, AssetKey, DagsterInstance
from dagster._core.definitions.assets.graph.remote_asset_graph import (
    RemoteWorkspaceAssetGraph,
    RemoteWorkspaceAssetNode,
)
from dagster._core.workspace.context import (
    WorkspaceProcessContext,
    WorkspaceRequestContext,
)
from dagster._core.workspace.load_target import WorkspaceFileTarget

from platform_commands.code_servers import CodeServers
from platform_commands.errors import GraphWrong, LocationsBroken
from platform_commands.failures import told
from platform_commands.graph import Asset, AssetName, Graph


@dataclass(frozen=True)
class Workspace:
    """All code locations as Dagster has loaded them, and the instance that records what runs."""

    instance: DagsterInstance
    servers: CodeServers
    request: WorkspaceRequestContext
    """Dagster's view of the locations as they were loaded; it does not change while we run."""

    @property
    def dagster_graph(self) -> RemoteWorkspaceAssetGraph:
        """Dagster's asset graph over all locations that load."""
        return self.request.asset_graph

    @cached_property
    def broken(self) -> Mapping[str, str]:
        """What is wrong with each code location that does not load, in one paragraph."""
        return {
            name: told(entry.load_error)
            for name, entry in self.request.get_code_location_entries().items()
            if entry.load_error is not None
        }

    @cached_property
    def graph(self) -> Graph:
        """The same graph as plain values.

        Raises:
            GraphWrong: two locations make the same asset.
        """
        return Graph.of(_asset(node) for node in self.dagster_graph.asset_nodes)

    @cached_property
    def blocking_checks(self) -> frozenset[AssetCheckKey]:
        """The checks without which nothing may be made from their asset."""
        return frozenset(
            key
            for key, node in self.dagster_graph.remote_asset_check_nodes_by_key.items()
            if node.asset_check.blocking
        )


@contextmanager
def open_workspace(workspace_file: Path, log_file: Path) -> Iterator[Workspace]:
    """Load all code locations, each in its own process, which ends with the context.

    Args:
        workspace_file: The list of locations.
        log_file: What the locations and their runs print is appended to it.

    Raises:
        LocationsBroken: the list itself cannot be read.
    """
    target = WorkspaceFileTarget([str(workspace_file)])
    try:
        origins = target.create_origins()
    except Exception as error:
        # Dagster raises its own check errors, YAML's, and bare Exceptions here.
        raise LocationsBroken(f"{workspace_file} cannot be read: {error}") from error
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with (
        DagsterInstance.get() as instance,
        CodeServers(instance, log_file) as servers,
    ):
        servers.start(origins)
        with warnings.catch_warnings():
            # What does not load is told in our own words, see Workspace.broken.
            warnings.simplefilter("ignore")
            context = WorkspaceProcessContext(instance, target, grpc_server_registry=servers)
        with context:
            yield Workspace(instance, servers, context.create_request_context())


def dagster_key(name: AssetName) -> AssetKey:
    """The asset key that is written like this."""
    return AssetKey.from_user_string(name)


def _asset(node: RemoteWorkspaceAssetNode) -> Asset:
    makers = sorted(
        info.handle.location_name
        for info in node.repo_scoped_asset_infos
        if info.asset_node.is_materializable
    )
    name = node.key.to_user_string()
    if len(makers) > 1:
        raise GraphWrong(
            f"{name} is made by {' and by '.join(makers)}: an asset is made in one place. "
            "Rename one of them, or read the other's."
        )
    handle = node.resolve_to_singular_repo_scoped_node().repository_handle
    return Asset(
        name=name,
        location=handle.location_name,
        repository=handle.repository_name,
        parents=frozenset(key.to_user_string() for key in node.parent_keys),
        partitioning=_partitioning(node),
        made_with=frozenset(key.to_user_string() for key in node.execution_set_asset_keys),
        pools=frozenset(node.pools or ()),
        executable=node.is_materializable,
    )


def _partitioning(node: RemoteWorkspaceAssetNode) -> str | None:
    definition = node.partitions_def
    if definition is None:
        return None
    return f"{definition.get_serializable_unique_identifier()} {node.backfill_policy}"
