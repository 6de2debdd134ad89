"""Runs, created and launched as Dagster's daemons do it.

Dagster 1.13.27 exports no Python function that launches a run of a code location in another
process. The GraphQL mutation `launchRun` is public and needs a running webserver; it puts the run
into the queue, which needs a running daemon. Backfills need the daemon too, which starts their runs
up to half a minute later. A public function to launch a run would replace this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from dagster import DagsterError, DagsterRun, DagsterRunStatus, RunRequest
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.definitions.automation_tick_evaluation_context import (
    build_run_requests_with_backfill_policies,
)
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.definitions.selector import JobSubsetSelector
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    GRPC_INFO_TAG,
)
from dagster._grpc.client import DagsterGrpcClient

from platform_commands.asset_graph import AssetName, RunClass
from platform_commands.dagster_internals.workspace import LoadedWorkspace, asset_key

RANGE_START_TAG = ASSET_PARTITION_RANGE_START_TAG
RANGE_END_TAG = ASSET_PARTITION_RANGE_END_TAG


def backfill_requests(
    workspace: LoadedWorkspace, assets: Iterable[AssetName], partitions: Sequence[str]
) -> Sequence[RunRequest]:
    """Return the runs in which a backfill would materialize partitions.

    With the backfill policy `single_run`, each unbroken range of partitions is one run, with
    Dagster's tags for the range. Without a policy each partition is a run.
    """
    keys = [asset_key(name) for name in assets]
    return build_run_requests_with_backfill_policies(
        [AssetKeyPartitionKey(key, partition) for key in keys for partition in partitions],
        workspace.dagster_graph,
        dynamic_partitions_store=workspace.instance,
    )


def launch_run(
    workspace: LoadedWorkspace,
    run_id: str,
    run_class: RunClass,
    assets: Iterable[AssetName],
    tags: Mapping[str, str],
) -> None:
    """Create a run and start its process; returns when the process has started.

    The run is created as the backfill daemon creates runs, and started as the daemon of the queue
    starts the runs that it takes from the queue. It does not go through the queue (`submit_run`),
    since without a daemon no run leaves it. With a daemon the result is the same: the queue ignores
    runs that have started, and counts them in its limits. Asset checks are not selected: the code
    location adds the checks of the assets that it can execute.

    Raises:
        Exception: Dagster cannot plan or start the run; a run that exists by then has failed.
    """
    request, instance = workspace.request, workspace.instance
    location = request.get_code_location(run_class.location)
    keys = [asset_key(name) for name in assets]
    job = location.get_job(
        JobSubsetSelector(
            location_name=run_class.location,
            repository_name=run_class.repository,
            job_name=IMPLICIT_ASSET_JOB_NAME,
            op_selection=None,
            asset_selection=keys,
        )
    )
    execution_plan = location.get_execution_plan(
        remote_job=job,
        run_config={},
        step_keys_to_execute=None,
        known_state=None,
        instance=instance,
    )
    instance.create_run(
        run_id=run_id,
        job_name=job.name,
        job_snapshot=job.job_snapshot,
        parent_job_snapshot=job.parent_job_snapshot,
        execution_plan_snapshot=execution_plan.execution_plan_snapshot,
        run_config={},
        tags={**job.tags, **tags},
        asset_selection=frozenset(keys),
        asset_check_selection=None,
        asset_graph=workspace.dagster_graph,
        remote_job_origin=job.get_remote_origin(),
        job_code_origin=job.get_python_origin(),
        status=DagsterRunStatus.NOT_STARTED,
        op_selection=None,
        resolved_op_selection=None,
        step_keys_to_execute=None,
        root_run_id=None,
        parent_run_id=None,
    )
    instance.launch_run(run_id, request)


def code_server_answers(run: DagsterRun) -> bool:
    """Whether the code server that started a run answers.

    True for a server on another machine: servers on this machine have a socket file, others a host
    and a port.
    """
    address = json.loads(run.tags.get(GRPC_INFO_TAG, "{}")).get("socket")
    if address is None:
        return True
    try:
        DagsterGrpcClient(socket=address, host="localhost").ping("")
    except DagsterError:
        return False
    return True
