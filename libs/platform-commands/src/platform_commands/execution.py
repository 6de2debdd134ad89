"""Carries a plan out: launches what is ready, watches it, leaves out what cannot be made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from dagster import DagsterEventType
from dagster._core.utils import make_new_run_id

from platform_commands.board import Board, State
from platform_commands.ending import end_runs
from platform_commands.failures import exception_told
from platform_commands.graph import Graph
from platform_commands.interrupts import Interrupts
from platform_commands.launch import Launcher
from platform_commands.outcome import judge
from platform_commands.partitions import Slice, slices
from platform_commands.plan import Group, ready
from platform_commands.pools import free_slots
from platform_commands.run_record import RunRecord
from platform_commands.workspace import Workspace

POLL_SECONDS = 0.2
LAUNCH_SECONDS = 30
"""How long to wait, when stopping, for a run that is just being launched."""


@dataclass(frozen=True)
class _Active:
    """A run that is being launched, or runs."""

    group: Group
    record: RunRecord
    launching: Future[None]


class Execution:
    """One `platform run`: its groups, the runs that it has launched, and the board."""

    def __init__(
        self, workspace: Workspace, graph: Graph, groups: Sequence[Group], *, partitions: str
    ) -> None:
        """Prepare, and start nothing.

        Args:
            workspace: The code locations and the instance.
            graph: The selected assets and the edges between them.
            groups: The plan of that graph.
            partitions: Which partitions of partitioned assets, see `slices`.
        """
        self.board = Board.of((name, group.location) for group in groups for name in group.assets)
        self._workspace = workspace
        self._graph = graph
        self._groups = groups
        self._partitions = partitions
        self._launcher = Launcher(workspace)
        self._started: set[int] = set()
        self._finished: set[int] = set()
        self._queue: list[tuple[Group, Slice]] = []
        self._active: list[_Active] = []

    def run(
        self, *, max_parallel: int, interrupts: Interrupts, on_change: Callable[[], None]
    ) -> None:
        """Make all that can be made; returns when nothing runs any more.

        Args:
            max_parallel: How many runs may be alive at the same time.
            interrupts: Asked between two looks; the running runs are then terminated.
            on_change: Called after each look at the runs.
        """
        with ThreadPoolExecutor(max_parallel, thread_name_prefix="launch") as launches:
            while len(self._finished) < len(self._groups):
                self._launch_ready(launches, max_parallel)
                for active in list(self._active):
                    self._watch(active)
                on_change()
                if interrupts.asked:
                    self._stop()
                    on_change()
                    return
                time.sleep(POLL_SECONDS)
        on_change()

    def _launch_ready(self, launches: ThreadPoolExecutor, max_parallel: int) -> None:
        while len(self._active) < max_parallel:
            if not self._queue and not self._queue_next_group():
                return
            if self._queue:
                group, piece = self._queue.pop(0)
                run_id = make_new_run_id()
                record = RunRecord(
                    self._workspace.instance,
                    run_id,
                    piece,
                    self.board,
                    self._workspace.blocking_checks,
                )
                launching = launches.submit(self._launcher.launch, run_id, group, piece)
                self._active.append(_Active(group, record, launching))

    def _queue_next_group(self) -> bool:
        """Take one more group up, if there is one that can start."""
        busy = {pool for active in self._active for pool in active.group.pools}
        able = ready(
            self._groups, finished=self._finished, started=self._started, pools_in_use=busy
        )
        if not able:
            return False
        group = able[0]
        self._started.add(group.number)
        waiting = [name for name in group.assets if self.board[name].state is State.WAITING]
        pieces = slices(self._workspace, group, waiting, self._partitions) if waiting else []
        for name in waiting:
            self.board[name].partitions = sum(piece.partitions for piece in pieces)
            if not pieces:
                self.board[name].state = State.SKIPPED
                self.board[name].reason = "none of its partitions exists yet"
        self._queue.extend((group, piece) for piece in pieces)
        self._finish_group(group)
        return True

    def _watch(self, active: _Active) -> None:
        if not active.launching.done():
            return
        refused = active.launching.exception()
        if refused is not None:
            active.record.facts.run_failure = exception_told(refused)
            active.record.ended = DagsterEventType.PIPELINE_FAILURE
        else:
            alive = self._workspace.servers.alive(active.group.location)
            active.record.read()
            if active.record.ended is None and not alive:
                self._bury(active)
        if active.record.ended is not None:
            self._close(active)

    def _bury(self, active: _Active) -> None:
        """End a run whose code server died: nobody else would say that it is over."""
        location = active.group.location
        self._workspace.servers.kill(location)
        instance, run_id = self._workspace.instance, active.record.run_id
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(
                run, message=f"The code server of {location} ended while the run was going on."
            )
        active.record.read()

    def _close(self, active: _Active) -> None:
        """Take the outcome of a run that has ended over to the board."""
        self._active.remove(active)
        record = active.record
        free_slots(self._workspace.instance, record.run_id)
        outcome = judge(record.facts, self._graph, record.slice.assets)
        canceled = record.ended is DagsterEventType.PIPELINE_CANCELED
        for name, reason in outcome.failed.items():
            standing = self.board[name]
            standing.state = State.STOPPED if canceled else State.FAILED
            standing.reason = "its run was terminated" if canceled else reason
            standing.run_id = record.run_id
        self.board.skip(self._graph.downstream(outcome.failed))
        self._finish_group(active.group)

    def _finish_group(self, group: Group) -> None:
        """Count a group as finished once none of its runs is left."""
        left = [other for other, _ in self._queue] + [active.group for active in self._active]
        if group in left:
            return
        self._finished.add(group.number)
        for name in group.assets:
            if not self.board[name].state.final:
                self.board[name].state = State.DONE

    def _stop(self) -> None:
        """Terminate what runs, through Dagster, and start nothing more."""
        for standing in self.board.in_state(State.WAITING):
            if not any(standing.asset in active.record.slice.assets for active in self._active):
                standing.state, standing.reason = State.STOPPED, "it was not started"
        self._queue.clear()
        wait([active.launching for active in self._active], LAUNCH_SECONDS)
        end_runs(self._workspace.instance, [active.record.run_id for active in self._active])
        for active in list(self._active):
            active.record.read()
            active.record.ended = active.record.ended or DagsterEventType.PIPELINE_CANCELED
            self._close(active)
