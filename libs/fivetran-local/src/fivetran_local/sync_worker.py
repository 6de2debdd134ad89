"""The syncs of this process: one thread per sync, each with a recorded end."""

import logging
import threading
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial

from fivetran_local.declaration import ConnectorDeclaration
from fivetran_local.destinations.destination import SyncDestination
from fivetran_local.errors import (
    SourceUnreachableError,
    SyncError,
    SyncRescheduledError,
    SyncStoppedError,
)
from fivetran_local.faults.script import FaultScript
from fivetran_local.faults.source import FaultySource
from fivetran_local.sources.source import SyncSource
from fivetran_local.state import StateFile
from fivetran_local.state.runs import SyncClaim
from fivetran_local.sync import sync

_LOG = logging.getLogger("fivetran_local")


@dataclass
class SyncWorker:
    """Starts and stops syncs, and records how they end."""

    connectors: Mapping[str, ConnectorDeclaration]
    """By id."""
    sources: MutableMapping[str, SyncSource]
    """By connector id; a fault replaces one."""
    state: StateFile
    destination: SyncDestination
    faults: FaultScript
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: set[threading.Thread] = field(default_factory=set)

    def start(self, connector_id: str, *, stop: bool = False, again: bool = False) -> bool:
        """Start a sync in a new thread, unless one is running.

        Args:
            connector_id: The connector.
            stop: Let a running sync roll back and start again.
            again: Let a running sync be followed by another one.

        Returns:
            Whether this call started a sync.
        """
        claim = self.state.runs.claim(connector_id, stop=stop, again=again)
        if claim is None:
            return False
        self._in_thread(partial(self._run_all, self.connectors[connector_id], claim))
        return True

    def wait(self) -> None:
        """Wait for the end of this process's syncs."""
        for thread in list(self._threads):
            thread.join()

    def close(self) -> None:
        """Stop this process's syncs: they are rolled back and recorded as failed."""
        self._stopping.set()
        self.wait()

    def _in_thread(self, work: Callable[[], object]) -> None:
        def run() -> None:
            work()
            self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name="fivetran-local-sync")
        self._threads.add(thread)
        thread.start()

    def _run_all(self, declared: ConnectorDeclaration, first: SyncClaim) -> None:
        claim: SyncClaim | None = first
        while claim is not None:
            claim = self._run(declared, claim)

    def _run(self, declared: ConnectorDeclaration, claim: SyncClaim) -> SyncClaim | None:
        def checkpoint() -> None:
            if self._stopping.is_set() or self.state.runs.stop_requested(claim):
                raise SyncStoppedError

        try:
            return sync(
                declared,
                self._source(declared.id),
                state=self.state,
                destination=self.destination,
                claim=claim,
                checkpoint=checkpoint,
            )
        except Exception as error:  # noqa: BLE001 - clients would poll an unrecorded end forever
            return self._record_end(declared.id, claim, error)

    def _record_end(
        self, connector_id: str, claim: SyncClaim, error: Exception
    ) -> SyncClaim | None:
        """Record a sync that ended with `error`; return the claim of the following run, if any."""
        runs = self.state.runs
        if isinstance(error, SyncStoppedError) and not self._stopping.is_set():
            return runs.stopped(claim)
        if isinstance(error, SyncRescheduledError):
            following = runs.reschedule(claim, error.seconds)
            if self.state.connections.get(connector_id).schedule_type == "auto":
                self._in_thread(partial(self._start_later, connector_id, error.seconds))
            return following
        if isinstance(error, SyncStoppedError):
            reason = "The server was stopped during the sync."
        elif isinstance(error, SyncError):
            reason = str(error)
        else:
            reason = f"{type(error).__name__}: {error}"
            _LOG.error("sync of connector %s failed", connector_id, exc_info=error)
        _LOG.warning("sync of connector %s failed: %s", connector_id, reason)
        broken = isinstance(error, SourceUnreachableError)
        return runs.fail(claim, reason, setup_broken=broken)

    def _start_later(self, connector_id: str, seconds: float) -> None:
        if not self._stopping.wait(seconds):
            self.start(connector_id)

    def _source(self, connector_id: str) -> SyncSource:
        """Return the source of a sync, after the sync's fault, if any.

        Raises:
            SyncRescheduledError: The fault postpones the sync.
            SyncStoppedError: The fault pauses the connection.
        """
        source = self.sources[connector_id]
        fault = self.faults.of_sync(connector_id)
        if fault is None:
            return source
        if fault.reschedule_seconds is not None:
            raise SyncRescheduledError(fault.reschedule_seconds)
        if fault.pause:
            self.state.connections.change(connector_id, {"paused": True})
            raise SyncStoppedError
        if fault.fail_after_rows is not None:
            return FaultySource(source, fail_after_rows=fault.fail_after_rows)
        self.sources[connector_id] = FaultySource(source, removed=fault.remove_table)
        return self.sources[connector_id]
