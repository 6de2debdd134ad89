"""One run's events, read as Dagster stores them: they keep the board up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dagster import (
    AssetCheckKey,
    AssetCheckSeverity,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    EventLogEntry,
)
from dagster import _check as check
from dagster_shared.error import SerializableErrorInfo

from platform_commands.board import Board, State
from platform_commands.failures import step_failure_told, told
from platform_commands.graph import AssetName
from platform_commands.outcome import RunFacts
from platform_commands.partitions import Slice

EVENTS_AT_ONCE = 1000
ROW_COUNTS = ("dagster/partition_row_count", "dagster/row_count")
"""Metadata by which an asset tells its rows; of a partition, or of the whole table."""


@dataclass
class RunRecord:
    """What the events of one run have said so far."""

    instance: DagsterInstance
    run_id: str
    slice: Slice
    board: Board
    blocking: frozenset[AssetCheckKey]
    """All checks that block."""
    facts: RunFacts = field(default_factory=RunFacts)
    ended: DagsterEventType | None = None
    """Success, failure or canceled, once the run has ended."""
    _cursor: str | None = None
    _partitions_made: dict[AssetName, set[str | None]] = field(default_factory=dict)
    _last_error: SerializableErrorInfo | None = None
    """What Dagster itself last ran into: it ends a run without repeating why."""
    _unanswered: set[AssetCheckKey] = field(default_factory=set)
    """Blocking checks that are planned and have not been carried out."""

    def read(self) -> None:
        """Take in what has been stored since the last call."""
        while True:
            page = self.instance.get_records_for_run(
                self.run_id, cursor=self._cursor, limit=EVENTS_AT_ONCE
            )
            for record in page.records:
                self._take(record.event_log_entry)
            self._cursor = page.cursor
            if not page.has_more:
                return

    def _take(self, entry: EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        take = self._handlers.get(event.event_type)
        if take is not None:
            take(event, entry.timestamp)

    @cached_property
    def _handlers(self) -> Mapping[DagsterEventType, Callable[[DagsterEvent, float], None]]:
        """What each kind of event means; all others say nothing that is shown."""
        return {
            DagsterEventType.ASSET_MATERIALIZATION_PLANNED: self._plan_asset,
            DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED: self._plan_check,
            DagsterEventType.STEP_START: self._start,
            DagsterEventType.ASSET_MATERIALIZATION: self._materialize,
            DagsterEventType.ASSET_CHECK_EVALUATION: self._evaluate,
            DagsterEventType.STEP_SUCCESS: self._succeed,
            DagsterEventType.STEP_FAILURE: self._fail_step,
            DagsterEventType.ENGINE_EVENT: self._note,
            DagsterEventType.PIPELINE_SUCCESS: self._end,
            DagsterEventType.PIPELINE_FAILURE: self._end,
            DagsterEventType.PIPELINE_CANCELED: self._end,
        }

    def _note(self, event: DagsterEvent, _at: float) -> None:
        self._last_error = event.engine_event_data.error or self._last_error

    def _plan_asset(self, event: DagsterEvent, _at: float) -> None:
        name = check.not_none(event.asset_key).to_user_string()
        self.facts.step_of[name] = check.not_none(event.step_key)

    def _plan_check(self, event: DagsterEvent, _at: float) -> None:
        key = event.asset_check_planned_data.asset_check_key
        self._unanswered |= {key} & self.blocking

    def _start(self, event: DagsterEvent, at: float) -> None:
        step = check.not_none(event.step_key)
        self.facts.started.add(step)
        for name in self.slice.assets:
            standing = self.board[name]
            if self.facts.step_of.get(name) == step and standing.state is State.WAITING:
                standing.state = State.RUNNING
                standing.started_at = at

    def _succeed(self, event: DagsterEvent, at: float) -> None:
        step = check.not_none(event.step_key)
        self._end_step(step, at)
        for name in self.slice.assets:
            standing = self.board[name]
            made = self.facts.step_of.get(name) == step and name in self.facts.made
            if made and standing.partitions_done >= standing.partitions:
                standing.state = State.DONE

    def _materialize(self, event: DagsterEvent, at: float) -> None:
        materialization = event.step_materialization_data.materialization
        name = materialization.asset_key.to_user_string()
        if name not in self.slice.assets:
            return
        standing = self.board[name]
        partitions = self._partitions_made.setdefault(name, set())
        partitions.add(materialization.partition)
        if len(partitions) >= max(1, self.slice.partitions):
            self.facts.made.add(name)
        if standing.partitions:
            standing.partitions_done += 1
        standing.ended_at = at
        for label in ROW_COUNTS:
            value = materialization.metadata.get(label)
            if value is not None and isinstance(value.value, int):
                standing.rows = value.value
                break

    def _fail_step(self, event: DagsterEvent, at: float) -> None:
        step = check.not_none(event.step_key)
        self._end_step(step, at)
        self.facts.step_failures[step] = step_failure_told(event.step_failure_data)

    def _end_step(self, step: str, at: float) -> None:
        for name in self.slice.assets:
            if self.facts.step_of.get(name) == step:
                self.board[name].ended_at = self.board[name].ended_at or at

    def _evaluate(self, event: DagsterEvent, _at: float) -> None:
        evaluation = event.asset_check_evaluation_data
        key = evaluation.asset_check_key
        name = key.asset_key.to_user_string()
        self._unanswered.discard(key)
        standing = self.board.standings.get(name)
        if standing is None:
            return
        if evaluation.passed:
            standing.checks_passed += 1
            return
        standing.checks_failed += 1
        if key in self.blocking and evaluation.severity is AssetCheckSeverity.ERROR:
            because = f": {evaluation.description}" if evaluation.description else "."
            self._block(name, f"The blocking check '{key.name}' failed{because}")

    def _block(self, name: AssetName, text: str) -> None:
        told_before = self.facts.blocked.get(name)
        self.facts.blocked[name] = " ".join(f"{told_before or ''} {text}".split())

    def _end(self, event: DagsterEvent, _at: float) -> None:
        self.ended = event.event_type
        if event.event_type is DagsterEventType.PIPELINE_SUCCESS:
            return
        error = getattr(event.event_specific_data, "error", None) or self._last_error
        self.facts.run_failure = told(error) if error else (event.message or "The run failed.")
        for key in sorted(self._unanswered, key=str):
            name = key.asset_key.to_user_string()
            if name in self.facts.made:
                self._block(name, f"The blocking check '{key.name}' was not carried out.")
