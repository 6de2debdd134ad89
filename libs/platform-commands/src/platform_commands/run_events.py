"""The events of one run, which update the progress of its assets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dagster import (
    AssetCheckKey,
    AssetCheckSeverity,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
)

from platform_commands.asset_graph import AssetName
from platform_commands.dagster_internals.errors import error_message, step_failure_message
from platform_commands.outcome import RunFacts
from platform_commands.partitions import RunTarget
from platform_commands.progress import AssetProgress, RunProgress, Status

EVENTS_PER_PAGE = 1000
ROW_COUNTS = ("dagster/partition_row_count", "dagster/row_count")
"""Dagster's metadata keys for the rows of a partition and of a table."""


@dataclass
class RunEvents:
    """The events of one run that have been read so far."""

    instance: DagsterInstance
    run_id: str
    target: RunTarget
    progress: RunProgress
    blocking: frozenset[AssetCheckKey]
    """All blocking checks."""
    facts: RunFacts = field(default_factory=RunFacts)
    ended: DagsterEventType | None = None
    """Success, failure or canceled, after the run has ended."""
    _cursor: str | None = None
    _partitions: dict[AssetName, set[str | None]] = field(default_factory=dict)
    """Materialized partitions."""
    _engine_error: str = ""
    """The last error of Dagster itself, which the event of the run's end does not repeat."""
    _pending_checks: set[AssetCheckKey] = field(default_factory=set)
    """Blocking checks that are planned and have no result yet."""

    def read(self) -> None:
        """Read the events that were stored since the last call."""
        has_more = True
        while has_more:
            page = self.instance.get_records_for_run(
                self.run_id, cursor=self._cursor, limit=EVENTS_PER_PAGE
            )
            for record in page.records:
                event = record.event_log_entry.dagster_event
                if event is not None and event.event_type in self._handlers:
                    self._handlers[event.event_type](event, record.event_log_entry.timestamp)
            self._cursor, has_more = page.cursor, page.has_more

    @cached_property
    def _handlers(self) -> Mapping[DagsterEventType, Callable[[DagsterEvent, float], None]]:
        return {
            DagsterEventType.ASSET_MATERIALIZATION_PLANNED: self._materialization_planned,
            DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED: self._check_planned,
            DagsterEventType.STEP_START: self._step_started,
            DagsterEventType.ASSET_MATERIALIZATION: self._materialized,
            DagsterEventType.ASSET_CHECK_EVALUATION: self._check_evaluated,
            DagsterEventType.STEP_SUCCESS: self._step_succeeded,
            DagsterEventType.STEP_FAILURE: self._step_failed,
            DagsterEventType.ENGINE_EVENT: self._engine_reported,
            DagsterEventType.PIPELINE_SUCCESS: self._run_ended,
            DagsterEventType.PIPELINE_FAILURE: self._run_ended,
            DagsterEventType.PIPELINE_CANCELED: self._run_ended,
        }

    def _of_step(self, event: DagsterEvent) -> Iterator[AssetProgress]:
        for name in self.target.assets:
            if self.facts.step_of.get(name) == event.step_key:
                yield self.progress[name]

    def _engine_reported(self, event: DagsterEvent, _at: float) -> None:
        error = event.engine_event_data.error
        self._engine_error = error_message(error) if error else self._engine_error

    def _materialization_planned(self, event: DagsterEvent, _at: float) -> None:
        if event.asset_key and event.step_key:
            self.facts.step_of[event.asset_key.to_user_string()] = event.step_key

    def _check_planned(self, event: DagsterEvent, _at: float) -> None:
        self._pending_checks |= {event.asset_check_planned_data.asset_check_key} & self.blocking

    def _step_started(self, event: DagsterEvent, at: float) -> None:
        self.facts.started.add(event.step_key or "")
        for asset in self._of_step(event):
            if asset.status is Status.WAITING:
                asset.status, asset.started_at = Status.RUNNING, at

    def _step_succeeded(self, event: DagsterEvent, at: float) -> None:
        for asset in self._of_step(event):
            asset.ended_at = asset.ended_at or at
            if asset.asset in self.facts.materialized and asset.partitions_done >= asset.partitions:
                asset.status = Status.DONE

    def _step_failed(self, event: DagsterEvent, at: float) -> None:
        for asset in self._of_step(event):
            asset.ended_at = asset.ended_at or at
        self.facts.step_failures[event.step_key or ""] = step_failure_message(event)

    def _materialized(self, event: DagsterEvent, at: float) -> None:
        materialization = event.step_materialization_data.materialization
        name = materialization.asset_key.to_user_string()
        if name not in self.target.assets:
            return
        asset = self.progress[name]
        partitions = self._partitions.setdefault(name, set())
        partitions.add(materialization.partition)
        if len(partitions) >= max(1, self.target.partitions):
            self.facts.materialized.add(name)
        if asset.partitions:
            asset.partitions_done += 1
        asset.ended_at = at
        for key in ROW_COUNTS:
            value = materialization.metadata.get(key)
            if value is not None and isinstance(value.value, int):
                asset.rows = value.value
                break

    def _check_evaluated(self, event: DagsterEvent, _at: float) -> None:
        evaluation = event.asset_check_evaluation_data
        key = evaluation.asset_check_key
        name = key.asset_key.to_user_string()
        self._pending_checks.discard(key)
        asset = self.progress.assets.get(name)
        if asset is None:
            return
        if evaluation.passed:
            asset.checks_passed += 1
            return
        asset.checks_failed += 1
        reason = f": {evaluation.description}" if evaluation.description else ""
        if key in self.blocking and evaluation.severity is AssetCheckSeverity.ERROR:
            self._block(name, f"The blocking check '{key.name}' failed{reason or '.'}")
        else:
            asset.warnings.append(f"{key.name}{reason}")

    def _block(self, name: AssetName, message: str) -> None:
        known = self.facts.blocked.get(name, "")
        self.facts.blocked[name] = " ".join(f"{known} {message}".split())

    def _run_ended(self, event: DagsterEvent, _at: float) -> None:
        self.ended = event.event_type
        if event.event_type is DagsterEventType.PIPELINE_SUCCESS:
            return
        error = getattr(event.event_specific_data, "error", None)
        self.facts.run_failure = (
            (error_message(error) if error else self._engine_error)
            or event.message
            or "The run failed."
        )
        for key in sorted(self._pending_checks, key=str):
            name = key.asset_key.to_user_string()
            if name in self.facts.materialized:
                self._block(name, f"The blocking check '{key.name}' was not executed.")
