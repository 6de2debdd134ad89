"""The workspace: Dagster's instance, all code locations and the asset graph over them.

Dagster 1.13.27 exports no way to load a workspace. The webserver and the daemon use
`WorkspaceProcessContext`, whose request context contains the code locations, their load errors and
the asset graph; dagster-graphql offers the same data, but only from a running webserver. A public
Python API to load a workspace file would replace this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dagster import AssetCheckKey, AssetKey, DagsterInstance, PartitionsDefinition
from dagster._core.definitions.assets.graph.remote_asset_graph import (
    RemoteWorkspaceAssetGraph,
    RemoteWorkspaceAssetNode,
)
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from platform_commands.asset_graph import AssetGraph, AssetName, AssetNode
from platform_commands.dagster_internals.code_servers import CodeServers
from platform_commands.dagster_internals.errors import error_message
from platform_commands.errors import CodeLocationError, InvalidGraph


@dataclass(frozen=True)
class LoadedWorkspace:
    """The code locations that Dagster has loaded, and the instance that stores their runs."""

    instance: DagsterInstance
    servers: CodeServers
    request: WorkspaceRequestContext
    """Dagster's state of the code locations when they were loaded; it does not change."""

    @property
    def dagster_graph(self) -> RemoteWorkspaceAssetGraph:
        """Dagster's asset graph over all loaded code locations."""
        return self.request.asset_graph

    @cached_property
    def load_errors(self) -> Mapping[str, str]:
        """The error of each code location that does not load."""
        return {
            name: error_message(entry.load_error)
            for name, entry in self.request.get_code_location_entries().items()
            if entry.load_error is not None
        }

    @property
    def loaded(self) -> list[str]:
        """Names of the code locations without a load error."""
        return sorted(self.request.get_code_location_entries().keys() - self.load_errors.keys())

    @cached_property
    def graph(self) -> AssetGraph:
        """The asset graph as plain values.

        Raises:
            InvalidGraph: Two code locations produce the same asset.
        """
        return AssetGraph.of(_asset(node) for node in self.dagster_graph.asset_nodes)

    @cached_property
    def blocking_checks(self) -> frozenset[AssetCheckKey]:
        """Asset checks that hold back everything downstream if they fail."""
        return frozenset(
            key
            for key, node in self.dagster_graph.remote_asset_check_nodes_by_key.items()
            if node.asset_check.blocking
        )

    def partitions_of(self, name: AssetName) -> PartitionsDefinition[str]:
        """Return the partitions definition of a partitioned asset."""
        definition = self.dagster_graph.get(asset_key(name)).partitions_def
        if definition is None:
            raise TypeError(f"{name} has no partitions.")
        return definition


@contextmanager
def open_workspace(workspace_file: Path, log_file: Path) -> Iterator[LoadedWorkspace]:
    """Load all code locations, each in its own process that ends with the context.

    Args:
        workspace_file: The workspace.yaml.
        log_file: The output of code locations and their runs is appended to it.

    Raises:
        CodeLocationError: The workspace file cannot be read.
    """
    target = WorkspaceFileTarget([str(workspace_file)])
    try:
        origins = target.create_origins()
    except Exception as error:
        # Dagster raises its check errors, YAML's errors and Exception here.
        raise CodeLocationError(f"{workspace_file} cannot be read: {error}") from error
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with DagsterInstance.get() as instance, CodeServers(instance, log_file) as servers:
        servers.start(origins)
        with warnings.catch_warnings():
            # Load errors are reported from `LoadedWorkspace.load_errors`.
            warnings.simplefilter("ignore")
            context = WorkspaceProcessContext(instance, target, grpc_server_registry=servers)
        with context:
            yield LoadedWorkspace(instance, servers, context.create_request_context())


def asset_key(name: AssetName) -> AssetKey:
    """Return the asset key of a name."""
    return AssetKey.from_user_string(name)


def _asset(node: RemoteWorkspaceAssetNode) -> AssetNode:
    name = node.key.to_user_string()
    producers = sorted(
        info.handle.location_name
        for info in node.repo_scoped_asset_infos
        if info.asset_node.is_materializable
    )
    if len(producers) > 1:
        raise InvalidGraph(
            f"The asset {name} has {len(producers)} producers: {', '.join(producers)}. "
            "Rename it in all code locations but one, or read the other one's table there."
        )
    handle = node.resolve_to_singular_repo_scoped_node().repository_handle
    definition = node.partitions_def
    return AssetNode(
        name=name,
        location=handle.location_name,
        repository=handle.repository_name,
        parents=frozenset(key.to_user_string() for key in node.parent_keys),
        partitioning=f"{definition.get_serializable_unique_identifier()} {node.backfill_policy}"
        if definition
        else "",
        execution_set=frozenset(key.to_user_string() for key in node.execution_set_asset_keys),
        pools=frozenset(node.pools or ()),
        executable=node.is_materializable,
    )
