"""The account that the server emulates: its connectors, its state, its destination, its syncs."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from fivetran_local.declaration import read_declaration
from fivetran_local.destinations import open_destination
from fivetran_local.errors import (
    SourceDataError,
    SourceUnreachableError,
    SyncError,
    SyncRescheduledError,
    SyncStoppedError,
)
from fivetran_local.faults import Faults
from fivetran_local.sources import open_source
from fivetran_local.sources.without_table import SourceWithoutTable
from fivetran_local.state import State
from fivetran_local.sync import as_declared, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.faults import SyncFault
    from fivetran_local.sources.source import Source, SourceTable
    from fivetran_local.state.runs import Claim
    from fivetran_local.state.tables import TrackedTable

_LOG = logging.getLogger("fivetran_local")


class Account:
    """Everything behind the API, for one declaration and one state folder."""

    def __init__(
        self,
        config: Path,
        state_dir: Path,
        variables: Mapping[str, str],
        faults: Faults | None = None,
    ) -> None:
        """Read the declaration and open the state.

        Args:
            config: The YAML file of connectors.
            state_dir: Where state and destination live; other processes may use it too.
            variables: Values for `${NAME}` in the YAML file.
            faults: What goes wrong on purpose; by default nothing.

        Raises:
            DeclarationError: The YAML file is wrong.
        """
        self._faults = faults or Faults()
        self.declaration = read_declaration(config, variables)
        self.connectors = {each.id: each for each in self.declaration.connectors}
        self.state = State(state_dir)
        self.state.connections.declare(self.declaration.connectors)
        self.destination_file = state_dir / "destination.duckdb"
        self.destination = open_destination(self.declaration.destination, self.destination_file)
        self._sources: dict[str, Source] = {
            each.id: open_source(each.source) for each in self.connectors.values()
        }
        self._stopping = threading.Event()
        self._threads: set[threading.Thread] = set()

    def check_setup(self, connector_id: str) -> str | None:
        """Ask the source whether it answers, and remember it.

        Returns:
            None where it does, otherwise what is wrong.
        """
        try:
            self._sources[connector_id].check()
        except SourceUnreachableError as error:
            known = self.state.connections.get(connector_id).setup_state
            broken = "incomplete" if known == "incomplete" else "broken"
            self.state.connections.set_setup_state(connector_id, broken)
            return str(error)
        self.state.connections.set_setup_state(connector_id, "connected")
        return None

    def tables(self, connector_id: str) -> Sequence[TrackedTable]:
        """Return a connector's tables, discovering them where that was never done.

        Raises:
            SyncError: They were never discovered, and the source does not answer now.
        """
        return self.state.tables.of(connector_id) or self.discover(connector_id)

    def discover(self, connector_id: str) -> Sequence[TrackedTable]:
        """Look at the source and return its tables as they are selected now.

        Raises:
            SyncError: The source does not answer, or lacks a column that the declaration names.
        """
        declared = self.connectors[connector_id].tables
        return self.state.tables.reconcile(connector_id, self.source_tables(connector_id), declared)

    def source_tables(self, connector_id: str) -> Sequence[SourceTable]:
        """Return the tables that the source has at this moment, with the declared keys."""
        with self._sources[connector_id].snapshot() as snapshot:
            return as_declared(snapshot.tables(), self.connectors[connector_id].tables)

    def start_sync(self, connector_id: str, *, stop: bool = False, again: bool = False) -> bool:
        """Start a sync in a thread of its own, unless one is in progress.

        Args:
            connector_id: The connector.
            stop: Have a sync in progress roll back and start anew.
            again: Have a sync in progress be followed by another one.

        Returns:
            Whether this call started one.
        """
        claim = self.state.runs.claim(connector_id, stop=stop, again=again)
        if claim is None:
            return False
        thread = threading.Thread(
            target=self._work,
            args=(self.connectors[connector_id], claim),
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
            if fault is not None:
                self._play(fault, declared)
            return sync(
                declared,
                self._sources[declared.id],
                state=self.state,
                destination=self.destination,
                claim=claim,
                checkpoint=self._checkpoint(claim, fault),
            )
        except Exception as error:  # noqa: BLE001 - an end that is not booked is polled for ever
            return self._book(declared, claim, error)

    def _book(self, declared: ConnectorDeclaration, claim: Claim, error: Exception) -> Claim | None:
        """Book a sync that `error` ended; returns the claim of the run that follows, if any."""
        runs = self.state.runs
        if isinstance(error, SyncStoppedError) and not self._stopping.is_set():
            return runs.stopped(claim)
        if isinstance(error, SyncRescheduledError):
            if self.state.connections.get(declared.id).schedule_type == "auto":
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
                self.start_sync(connector_id)
            self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=wait_and_start, name=f"rescheduled-{connector_id}")
        self._threads.add(thread)
        thread.start()

    def _checkpoint(self, claim: Claim, fault: SyncFault | None) -> Callable[[int], None]:
        """Return what a sync passes with every batch, to be told to end."""
        read = 0

        def checkpoint(rows: int) -> None:
            nonlocal read
            read += rows
            if self._stopping.is_set() or self.state.runs.stop_asked(claim):
                raise SyncStoppedError
            limit = fault.fail_after_rows if fault else None
            if limit is not None and rows and read >= limit:
                raise SourceDataError(f"Fault script: the source failed after {limit} rows.")

        return checkpoint

    def _play(self, fault: SyncFault, declared: ConnectorDeclaration) -> None:
        """Let a fault happen that strikes before the sync."""
        if fault.reschedule_seconds is not None:
            raise SyncRescheduledError(fault.reschedule_seconds)
        if fault.pause:
            self.state.connections.change(declared.id, {"paused": True})
            raise SyncStoppedError
        if fault.remove_table is not None:
            self._sources[declared.id] = SourceWithoutTable(
                self._sources[declared.id], fault.remove_table
            )
