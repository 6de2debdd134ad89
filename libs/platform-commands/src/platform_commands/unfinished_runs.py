"""Unfinished runs: which ones a killed process left behind, and how they are ended."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Collection
from contextlib import suppress

import psutil
from dagster import DagsterError, DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from platform_commands.dagster_internals.runs import code_server_answers

INVOCATION_TAG = "platform/run"
"""The same for all runs of one `platform run`, as a filter for the UI's list of runs."""
HOST_TAG = "platform/launched_by_host"
PID_TAG = "platform/launched_by_pid"
STARTED_TAG = "platform/launched_by_started"
"""Start of that process, in seconds since the epoch, since process ids are reused."""
END_SECONDS = 20
"""Time that a terminated run has to end, before it is marked as canceled."""
POLL_SECONDS = 0.2
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def launcher_tags() -> dict[str, str]:
    """Return the tags of all runs that this process launches."""
    return {
        INVOCATION_TAG: uuid.uuid4().hex[:8],
        HOST_TAG: socket.gethostname(),
        PID_TAG: str(os.getpid()),
        STARTED_TAG: f"{psutil.Process().create_time():.2f}",
    }


def abandoned_runs(instance: DagsterInstance) -> list[DagsterRun]:
    """Return the unfinished runs of every `platform run` on this machine that was killed."""
    filters = RunsFilter(statuses=UNFINISHED, tags={HOST_TAG: socket.gethostname()})
    return [run for run in instance.get_runs(filters=filters) if not _launcher_alive(run)]


def orphaned_runs(instance: DagsterInstance) -> list[DagsterRun]:
    """Return the unfinished runs of code servers on this machine that no longer answer."""
    filters = RunsFilter(statuses=UNFINISHED)
    return [run for run in instance.get_runs(filters=filters) if not code_server_answers(run)]


def end_runs(instance: DagsterInstance, run_ids: Collection[str]) -> None:
    """Terminate runs, wait for their end and free their pool slots.

    A run whose process is gone, or that does not end in time, is marked as canceled.
    """
    terminated = [run_id for run_id in run_ids if _terminate(instance, run_id)]
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline and any(_unfinished(instance, run) for run in terminated):
        time.sleep(POLL_SECONDS)
    for run_id in run_ids:
        run = _unfinished(instance, run_id)
        if run is not None:
            message = "The process of this run is gone, or did not end when it was terminated."
            instance.report_run_canceled(run, message=message)
        free_slots(instance, run_id)


def free_slots(instance: DagsterInstance, run_id: str) -> None:
    """Free the pool slots of a run that has ended.

    Steps free their own slots, unless their run was terminated or killed. The daemon would free
    those after a while, but does not have to be running.
    """
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def _launcher_alive(run: DagsterRun) -> bool:
    try:
        process = psutil.Process(int(run.tags[PID_TAG]))
        started = float(run.tags[STARTED_TAG])
    except (KeyError, ValueError, psutil.NoSuchProcess):
        return False
    # The tag has two decimals.
    return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE


def _terminate(instance: DagsterInstance, run_id: str) -> bool:
    """Whether a process has accepted to end the run."""
    with suppress(DagsterError):
        return bool(instance.run_launcher.terminate(run_id))
    return False


def _unfinished(instance: DagsterInstance, run_id: str) -> DagsterRun | None:
    run = instance.get_run_by_id(run_id)
    return None if run is None or run.is_finished else run
