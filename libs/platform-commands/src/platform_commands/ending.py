"""Ending runs through Dagster: on Ctrl-C, and those that a killed command has left behind."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Collection
from contextlib import suppress

import psutil
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.errors import DagsterUserCodeProcessError, DagsterUserCodeUnreachableError
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient

from platform_commands.launch import BEGAN_TAG, HOST_TAG, PID_TAG
from platform_commands.pools import free_slots

END_SECONDS = 20
"""How long a run may take to end after it was asked to, before it is marked as canceled."""
POLL_SECONDS = 0.2
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def end_runs(
    instance: DagsterInstance, run_ids: Collection[str], *, seconds: float = END_SECONDS
) -> list[str]:
    """Terminate runs, wait for their end, and free the pool slots that they held.

    Args:
        instance: Where the runs are.
        run_ids: The runs; those that have ended by now stay as they are.
        seconds: How long to wait for all of them.

    Returns:
        The runs that did not end by themselves and were marked as canceled.
    """
    asked = [run_id for run_id in run_ids if _ask_to_end(instance, run_id)]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(_unfinished(instance, run) for run in asked):
        time.sleep(POLL_SECONDS)
    marked = []
    for run_id in run_ids:
        run = _unfinished(instance, run_id)
        if run is not None:
            instance.report_run_canceled(
                run, message="The process of this run is gone, or did not end when it was told to."
            )
            marked.append(run_id)
        free_slots(instance, run_id)
    return marked


def abandoned_runs(instance: DagsterInstance) -> list[DagsterRun]:
    """Unfinished runs that a `platform run` on this machine launched which is no longer alive."""
    return [
        run
        for run in instance.get_runs(
            filters=RunsFilter(statuses=UNFINISHED, tags={HOST_TAG: socket.gethostname()})
        )
        if not _launcher_alive(run)
    ]


def orphaned_runs(instance: DagsterInstance) -> list[DagsterRun]:
    """Unfinished runs of code servers on this machine that no longer answer."""
    return [
        run
        for run in instance.get_runs(filters=RunsFilter(statuses=UNFINISHED))
        if not _server_answers(run)
    ]


def _server_answers(run: DagsterRun) -> bool:
    """Whether the code server that a run belongs to is there, or is none that we can judge.

    Servers on this machine are reached by a socket file, others by host and port.
    """
    address = json.loads(run.tags.get(GRPC_INFO_TAG, "{}")).get("socket")
    if address is None:
        return True
    try:
        DagsterGrpcClient(socket=address, host="localhost").ping("")
    except DagsterUserCodeUnreachableError:
        return False
    return True


def _launcher_alive(run: DagsterRun) -> bool:
    try:
        process = psutil.Process(int(run.tags[PID_TAG]))
        began = float(run.tags[BEGAN_TAG])
    except (KeyError, ValueError, psutil.NoSuchProcess):
        return False
    # The tag has two decimals.
    return abs(process.create_time() - began) < 1 and process.status() != psutil.STATUS_ZOMBIE


def _ask_to_end(instance: DagsterInstance, run_id: str) -> bool:
    """Whether somebody is there who will end the run."""
    with suppress(DagsterUserCodeUnreachableError, DagsterUserCodeProcessError):
        return bool(instance.run_launcher.terminate(run_id))
    return False


def _unfinished(instance: DagsterInstance, run_id: str) -> DagsterRun | None:
    run = instance.get_run_by_id(run_id)
    return None if run is None or run.is_finished else run
