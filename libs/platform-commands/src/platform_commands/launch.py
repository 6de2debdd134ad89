"""Runs, created and launched as Dagster's own daemons do it."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil
from dagster import DagsterRunStatus
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.definitions.selector import JobSubsetSelector

from platform_commands.partitions import Slice
from platform_commands.plan import Group
from platform_commands.workspace import Workspace, dagster_key

INVOCATION_TAG = "platform/run"
"""The same for all runs of one `platform run`: the UI's list of runs can be narrowed to it."""
HOST_TAG = "platform/launched_by_host"
PID_TAG = "platform/launched_by_pid"
BEGAN_TAG = "platform/launched_by_began"
"""When that process began, seconds since the epoch: process ids are used again."""


def invocation_tags() -> dict[str, str]:
    """The tags of all runs that this process launches."""
    return {
        INVOCATION_TAG: uuid.uuid4().hex[:8],
        HOST_TAG: socket.gethostname(),
        PID_TAG: str(os.getpid()),
        BEGAN_TAG: f"{psutil.Process().create_time():.2f}",
    }


@dataclass(frozen=True)
class Launcher:
    """Launches runs that carry the same tags."""

    workspace: Workspace
    tags: Mapping[str, str] = field(default_factory=invocation_tags)

    def launch(self, run_id: str, group: Group, piece: Slice) -> None:
        """Create a run and start its process; returns when the process has started.

        The run is created as the backfill daemon creates its runs and started as the queue's
        daemon starts what it takes from the queue. It does not go through the queue itself
        (`submit_run`): nothing would take it from there unless a daemon runs. With one running it
        is the same: a run that has started is none of the queue's business, and counts in its
        limits. Checks are left to the code location: it adds those of the assets that it can run.

        Raises:
            Exception: what Dagster raises when a run cannot be planned or started; if the run
                exists by then, it is marked as failed.
        """
        request = self.workspace.request
        instance = self.workspace.instance
        location = request.get_code_location(group.location)
        keys = [dagster_key(name) for name in piece.assets]
        job = location.get_job(
            JobSubsetSelector(
                location_name=group.location,
                repository_name=group.repository,
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
            tags={**job.tags, **piece.tags, **self.tags},
            asset_selection=frozenset(keys),
            asset_check_selection=None,
            asset_graph=self.workspace.dagster_graph,
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
