"""The syncs of this process: each in a thread, and every end of one booked."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from fivetran_local.errors import (
    SourceUnreachableError,
    SyncError,
    SyncRescheduledError,
    SyncStoppedError,
)
from fivetran_local.sources.failing import FailingSource
from fivetran_local.sources.without_table import SourceWithoutTable
from fivetran_local.sync import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.destinations.destination import Destination
    from fivetran_local.faults import Faults, SyncFault
    from fivetran_local.sources.source import Source
    from fivetran_local.state import State
    from fivetran_local.state.runs import Claim

_LOG = logging.getLogger("fivetran_local")


class Syncs:
    """What starts syncs, stops them, and books how they ended."""

    def __init__(
        self,
        connectors: Mapping[str, ConnectorDeclaration],
        sources: MutableMapping[str, Source],
        state: State,
        destination: Destination,
        faults: Faults,
    ) -> None:
        """Nothing runs yet.

        Args:
            connectors: By id.
            sources: By connector id; a fault replaces one.
            state: Where runs are booked.
            destination: Where rows go.
            faults: What goes wrong on purpose.
        """
        self._connectors = connectors
        self._sources = sources
        self._state = state
        self._destination = destination
        self._faults = faults
        self._stopping = threading.Event()
        self._threads: set[threading.Thread] = set()

    def start(self, connector_id: str, *, stop: bool = False, again: bool = False) -> bool:
        """Start a sync in a thread of its own, unless one is in progress.

        Args:
            connector_id: The connector.
            stop: Have a sync in progress roll back and start anew.
            again: Have a sync in progress be followed by another one.

        Returns:
            Whether this call started one.
        """
        claim = self._state.runs.claim(connector_id, stop=stop, again=again)
        if claim is None:
            return False
        thread = threading.Thread(
            target=self._work,
            args=(self._connectors[connector_id], claim),
            name=f"sync-{connector_id}",
        )
        self._threads.add(thread)
        thread.start()
        return True

    def wait(self) -> None:
        """Wait for the syncs of this process to end."""
        for thread in list(self._threads):
            thread.join()

    def close(self) -> None:
        """Stop the syncs of this process: they roll back and are booked as failed."""
        self._stopping.set()
        self.wait()

    def _work(self, declared: ConnectorDeclaration, first: Claim) -> None:
        claim: Claim | None = first
        while claim is not None:
            claim = self._run(declared, claim)
        self._threads.discard(threading.current_thread())

    def _run(self, declared: ConnectorDeclaration, claim: Claim) -> Claim | None:
        try:
            fault = self._faults.of_sync(declared.id)
            source = self._sources[declared.id] if fault is None else self._play(fault, declared)
            return sync(
                declared,
                source,
                state=self._state,
                destination=self._destination,
                claim=claim,
                checkpoint=self._checkpoint(claim),
            )
        except Exception as error:  # noqa: BLE001 - an end that is not booked is polled for ever
            return self._book(declared, claim, error)

    def _book(self, declared: ConnectorDeclaration, claim: Claim, error: Exception) -> Claim | None:
        """Book a sync that `error` ended; returns the claim of the run that follows, if any."""
        runs = self._state.runs
        if isinstance(error, SyncStoppedError) and not self._stopping.is_set():
            return runs.stopped(claim)
        if isinstance(error, SyncRescheduledError):
            if self._state.connections.get(declared.id).schedule_type == "auto":
                self._start_later(declared.id, error.seconds)
            return runs.reschedule(claim, error.seconds)
        if isinstance(error, SyncStoppedError):
            reason = "The server was stopped during the sync."
        elif isinstance(error, SyncError):
            reason = str(error)
        else:
            reason = f"{type(error).__name__}: {error}"
            _LOG.error("sync of connector %s failed", declared.id, exc_info=error)
        _LOG.warning("sync of connector %s failed: %s", declared.id, reason)
        broken = isinstance(error, SourceUnreachableError)
        return runs.fail(claim, reason, setup_broken=broken)

    def _start_later(self, connector_id: str, seconds: float) -> None:
        def wait_and_start() -> None:
            if not self._stopping.wait(seconds):
                self.start(connector_id)
            self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=wait_and_start, name=f"rescheduled-{connector_id}")
        self._threads.add(thread)
        thread.start()

    def _checkpoint(self, claim: Claim) -> Callable[[], None]:
        """Return what a sync calls often, to be told to end."""

        def checkpoint() -> None:
            if self._stopping.is_set() or self._state.runs.stop_asked(claim):
                raise SyncStoppedError

        return checkpoint

    def _play(self, fault: SyncFault, declared: ConnectorDeclaration) -> Source:
        """Let a fault happen; returns the source that the sync meets."""
        if fault.fail_after_rows is not None:
            return FailingSource(self._sources[declared.id], fault.fail_after_rows)
        if fault.reschedule_seconds is not None:
            raise SyncRescheduledError(fault.reschedule_seconds)
        if fault.pause:
            self._state.connections.change(declared.id, {"paused": True})
            raise SyncStoppedError
        if fault.remove_table is not None:
            self._sources[declared.id] = SourceWithoutTable(
                self._sources[declared.id], fault.remove_table
            )
        return self._sources[declared.id]
