"""Guards: a new version of Dagster that changes a private name fails here, by that name.

After a failure: compare the module in `dagster_internals` with Dagster's code, then update the
version in its docstrings and below.
"""

import ast
import inspect
import re
from pathlib import Path

import dagster
import pytest
from dagster import DagsterEvent, DagsterInstance

import platform_commands
from platform_commands.dagster_internals import code_servers, errors, runs, workspace

VERSION = "1.13.27"
PACKAGE = Path(platform_commands.__file__).parent
PRIVATE = re.compile(r"dagster\._\w|dagster_shared")


def imported(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_dagster_is_the_version_whose_private_names_are_used():
    assert dagster.__version__ == VERSION
    for module in (code_servers, errors, runs, workspace):
        assert f"Dagster {VERSION}" in module.__doc__, module.__name__


def test_private_names_are_imported_in_dagster_internals_only():
    using = {
        file.relative_to(PACKAGE).parts[0]
        for file in PACKAGE.rglob("*.py")
        if any(PRIVATE.match(name) for name in imported(file))
    }
    assert using == {"dagster_internals"}


def test_private_names_have_no_public_export():
    private = {
        name.rpartition(".")[2]
        for file in (PACKAGE / "dagster_internals").glob("*.py")
        for name in imported(file)
        if PRIVATE.match(name)
    }
    assert len(private) < 25
    assert sorted(private & set(dir(dagster))) == []


SIGNATURES = {
    code_servers.GrpcServerRegistry.__init__: "self instance_ref server_command heartbeat_ttl "
    "startup_timeout wait_for_processes_on_shutdown log_level inject_env_vars_from_instance "
    "container_image container_context additional_timeout_msg defs_state_info",
    code_servers.GrpcServerRegistry.get_grpc_endpoint: "self code_location_origin",
    code_servers.GrpcServerRegistry.__exit__: "self exception_type exception_value traceback",
    code_servers.wait_for_grpc_server: "server_process client subprocess_args timeout "
    "additional_timeout_msg",
    code_servers.DagsterGrpcClient.ping: "self echo",
    workspace.WorkspaceProcessContext.__init__: "self instance workspace_load_target version "
    "read_only grpc_server_registry code_server_log_level server_command",
    workspace.WorkspaceFileTarget.create_origins: "self",
    workspace.WorkspaceRequestContext.get_code_location: "self location_name",
    workspace.WorkspaceRequestContext.get_code_location_entries: "self",
    runs.build_run_requests_with_backfill_policies: "asset_partitions asset_graph "
    "dynamic_partitions_store",
    runs.JobSubsetSelector: "location_name repository_name job_name op_selection asset_selection "
    "asset_check_selection",
    DagsterInstance.create_run: "self job_name run_id run_config status tags root_run_id "
    "parent_run_id step_keys_to_execute execution_plan_snapshot job_snapshot parent_job_snapshot "
    "asset_selection asset_check_selection resolved_op_selection op_selection remote_job_origin "
    "job_code_origin asset_graph",
    DagsterInstance.launch_run: "self run_id workspace",
    DagsterInstance.get_status_by_partition: "self asset_key partition_keys partitions_def",
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_signature_is_unchanged(function):
    assert list(inspect.signature(function).parameters) == SIGNATURES[function].split()


def test_attributes_are_unchanged():
    for owner, names in {
        workspace.RemoteWorkspaceAssetNode: "key parent_keys partitions_def backfill_policy pools "
        "is_materializable execution_set_asset_keys repo_scoped_asset_infos "
        "resolve_to_singular_repo_scoped_node",
        workspace.RemoteWorkspaceAssetGraph: "asset_nodes remote_asset_check_nodes_by_key "
        "get_all_asset_keys get",
        workspace.WorkspaceRequestContext: "asset_graph",
        DagsterEvent: "step_failure_data engine_event_data asset_check_planned_data "
        "step_materialization_data asset_check_evaluation_data",
    }.items():
        missing = [name for name in names.split() if not hasattr(owner, name)]
        assert missing == [], owner


def test_constants_are_unchanged():
    assert runs.RANGE_START_TAG == "dagster/asset_partition_range_start"
    assert runs.RANGE_END_TAG == "dagster/asset_partition_range_end"
    assert runs.GRPC_INFO_TAG == ".dagster/grpc_info"
    assert runs.IMPLICIT_ASSET_JOB_NAME == "__ASSET_JOB"
    command = code_servers.GrpcServerCommand.API_GRPC.server_command
    assert command == ["api", "grpc", "--lazy-load-user-code"]


def test_options_of_a_code_server_are_unchanged():
    from dagster._cli.api import grpc_command

    options = {option for parameter in grpc_command.params for option in parameter.opts}
    assert {
        "--socket",
        "--heartbeat",
        "--heartbeat-timeout",
        "--log-level",
        "--use-python-environment-entry-point",
        "--inject-env-vars-from-instance",
        "--instance-ref",
        "--location-name",
    } <= options
