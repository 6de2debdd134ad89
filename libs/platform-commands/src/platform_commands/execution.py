"""Execution of a plan: launch the groups that are ready, follow their runs, skip after failures."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from dagster import DagsterEventType

from platform_commands.asset_graph import AssetGraph
from platform_commands.dagster_internals.errors import exception_message
from platform_commands.dagster_internals.runs import launch_run
from platform_commands.dagster_internals.workspace import LoadedWorkspace
from platform_commands.outcome import failed_assets
from platform_commands.partitions import RunTarget, run_targets
from platform_commands.plan import RunGroup, ready
from platform_commands.processes import Interrupts
from platform_commands.progress import RunProgress, Status
from platform_commands.run_events import RunEvents
from platform_commands.unfinished_runs import end_runs, free_slots, launcher_tags

POLL_SECONDS = 0.2
LAUNCH_SECONDS = 30
"""Time to wait for runs that are being launched when the command is stopped."""


@dataclass(frozen=True)
class _ActiveRun:
    """A run that is being launched, or is running."""

    group: RunGroup
    events: RunEvents
    launching: Future[None]


class Execution:
    """The execution of one plan."""

    def __init__(
        self,
        workspace: LoadedWorkspace,
        graph: AssetGraph,
        groups: Sequence[RunGroup],
        *,
        partitions: str,
        pool_limits: Mapping[str, int],
    ) -> None:
        """Prepare the execution without starting it.

        Args:
            workspace: The loaded code locations.
            graph: The selected assets and the edges between them.
            groups: The plan of that graph.
            partitions: The value of `--partitions`, see `run_targets`.
            pool_limits: Number of slots of each pool.
        """
        self.progress = RunProgress(
            (name, group.run_class.location) for group in groups for name in group.assets
        )
        self._workspace = workspace
        self._graph = graph
        self._groups = groups
        self._partitions = partitions
        self._pool_limits = pool_limits
        self._tags = launcher_tags()
        self._started: set[int] = set()
        self._finished: set[int] = set()
        self._queue: list[tuple[RunGroup, RunTarget]] = []
        self._active: list[_ActiveRun] = []

    def run(
        self, *, max_parallel: int, interrupts: Interrupts, on_change: Callable[[], None]
    ) -> None:
        """Materialize all assets that can be; returns when no run is left.

        Args:
            max_parallel: Maximum number of runs at the same time.
            interrupts: After a signal, the active runs are terminated and no run is started.
            on_change: Called after each reading of events.
        """
        with ThreadPoolExecutor(max_parallel, thread_name_prefix="launch") as launches:
            while len(self._finished) < len(self._groups):
                self._launch_ready(launches, max_parallel)
                for active in list(self._active):
                    self._follow(active)
                on_change()
                if interrupts.received:
                    self._stop()
                    on_change()
                    return
                time.sleep(POLL_SECONDS)
        on_change()

    def _launch_ready(self, launches: ThreadPoolExecutor, max_parallel: int) -> None:
        workspace = self._workspace
        while len(self._active) < max_parallel:
            queued = self._first_with_a_free_pool()
            if queued is None and not self._queue_next_group():
                return
            if queued is not None:
                self._queue.remove(queued)
                group, target = queued
                run_id = str(uuid.uuid4())
                launching = launches.submit(
                    launch_run,
                    workspace,
                    run_id,
                    group.run_class,
                    target.assets,
                    {**target.tags, **self._tags},
                )
                events = RunEvents(
                    workspace.instance, run_id, target, self.progress, workspace.blocking_checks
                )
                self._active.append(_ActiveRun(group, events, launching))

    def _first_with_a_free_pool(self) -> tuple[RunGroup, RunTarget] | None:
        busy = self._pools_in_use()
        return next((queued for queued in self._queue if not queued[0].pools & busy), None)

    def _pools_in_use(self) -> set[str]:
        """Return the pools whose slots are all used by runs of this command."""
        used = Counter(pool for active in self._active for pool in active.group.pools)
        return {pool for pool, runs in used.items() if runs >= self._pool_limits.get(pool, 1)}

    def _queue_next_group(self) -> bool:
        """Queue the runs of the next group; False if no group can start."""
        able = ready(
            self._groups,
            finished=self._finished,
            started=self._started,
            pools_in_use=self._pools_in_use(),
        )
        if not able:
            return False
        group = able[0]
        self._started.add(group.number)
        waiting = [name for name in group.assets if self.progress[name].status is Status.WAITING]
        targets = run_targets(self._workspace, group, waiting, self._partitions) if waiting else []
        for name in waiting:
            self.progress[name].partitions = sum(target.partitions for target in targets)
            if not targets:
                self.progress[name].status = Status.SKIPPED
                self.progress[name].reason = "no partition exists yet"
        self._queue.extend((group, target) for target in targets)
        self._finish_group(group)
        return True

    def _follow(self, active: _ActiveRun) -> None:
        if not active.launching.done():
            return
        error = active.launching.exception()
        if error is not None:
            active.events.facts.run_failure = exception_message(error)
            active.events.ended = DagsterEventType.PIPELINE_FAILURE
        else:
            alive = self._workspace.servers.alive(active.group.run_class.location)
            active.events.read()
            if active.events.ended is None and not alive:
                self._fail_run_without_server(active)
        if active.events.ended is not None:
            self._close(active)

    def _fail_run_without_server(self, active: _ActiveRun) -> None:
        """Mark a run as failed whose code server has exited, since no process does it."""
        location = active.group.run_class.location
        self._workspace.servers.kill(location)
        instance = self._workspace.instance
        run = instance.get_run_by_id(active.events.run_id)
        if run is not None and not run.is_finished:
            message = f"The code server of {location} exited during the run."
            instance.report_run_failed(run, message=message)
        active.events.read()

    def _close(self, active: _ActiveRun) -> None:
        """Update the progress with the outcome of a run that has ended."""
        self._active.remove(active)
        events = active.events
        free_slots(self._workspace.instance, events.run_id)
        failed = failed_assets(events.facts, self._graph, events.target.assets)
        canceled = events.ended is DagsterEventType.PIPELINE_CANCELED
        for name, reason in failed.items():
            asset = self.progress[name]
            asset.status = Status.CANCELED if canceled else Status.FAILED
            asset.reason = "its run was terminated" if canceled else reason
            asset.run_id = events.run_id
        self.progress.skip(self._graph.downstream(failed))
        self._finish_group(active.group)

    def _finish_group(self, group: RunGroup) -> None:
        """Mark a group as finished if it has no run left."""
        queued = [other for other, _ in self._queue]
        if group in queued or group in [active.group for active in self._active]:
            return
        self._finished.add(group.number)
        for name in group.assets:
            if not self.progress[name].status.final:
                self.progress[name].status = Status.DONE

    def _stop(self) -> None:
        """Terminate the active runs through Dagster and start no other."""
        running = {name for active in self._active for name in active.events.target.assets}
        for asset in self.progress.with_status(Status.WAITING):
            if asset.asset not in running:
                asset.status, asset.reason = Status.CANCELED, "not started"
        self._queue.clear()
        wait([active.launching for active in self._active], LAUNCH_SECONDS)
        end_runs(self._workspace.instance, [active.events.run_id for active in self._active])
        for active in list(self._active):
            active.events.read()
            active.events.ended = active.events.ended or DagsterEventType.PIPELINE_CANCELED
            self._close(active)
