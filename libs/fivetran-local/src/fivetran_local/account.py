"""The account that the server emulates: its connectors, its state, its destination, its syncs."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from fivetran_local.declaration import read_declaration
from fivetran_local.destination import DuckDBDestination
from fivetran_local.errors import (
    FivetranLocalError,
    SourceUnreachableError,
    SyncError,
    SyncStoppedError,
)
from fivetran_local.sources import open_source
from fivetran_local.state import State
from fivetran_local.sync import as_declared, sync

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.sources.source import SourceTable
    from fivetran_local.state.runs import Claim
    from fivetran_local.state.tables import TrackedTable

_LOG = logging.getLogger("fivetran_local")


class Account:
    """Everything behind the API, for one declaration and one state folder."""

    def __init__(self, config: Path, state_dir: Path, variables: Mapping[str, str]) -> None:
        """Read the declaration and open the state.

        Args:
            config: The YAML file of connectors.
            state_dir: Where state and destination live; other processes may use it too.
            variables: Values for `${NAME}` in the YAML file.

        Raises:
            DeclarationError: The YAML file is wrong.
        """
        self.declaration = read_declaration(config, variables)
        self.connectors = {each.id: each for each in self.declaration.connectors}
        self.state = State(state_dir)
        self.state.connections.declare(self.declaration.connectors)
        self.destination = DuckDBDestination(state_dir / "destination.duckdb")
        self._sources = {each.id: open_source(each.source) for each in self.connectors.values()}
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

    def close(self) -> None:
        """Stop the syncs of this process: they roll back and are booked as failed."""
        self._stopping.set()
        for thread in list(self._threads):
            thread.join()

    def _work(self, declared: ConnectorDeclaration, first: Claim) -> None:
        claim: Claim | None = first
        while claim is not None:
            claim = self._run(declared, claim)
        self._threads.discard(threading.current_thread())

    def _run(self, declared: ConnectorDeclaration, claim: Claim) -> Claim | None:
        runs = self.state.runs

        def should_stop() -> bool:
            return self._stopping.is_set() or runs.stop_asked(claim)

        try:
            return sync(
                declared,
                self._sources[declared.id],
                state=self.state,
                destination=self.destination,
                claim=claim,
                should_stop=should_stop,
            )
        except SyncStoppedError:
            if not self._stopping.is_set():
                return runs.stopped(claim)
            runs.fail(claim, "The server was stopped during the sync.", setup_broken=False)
        except SyncError as error:
            _LOG.warning("sync of connector %s failed: %s", declared.id, error)
            broken = isinstance(error, SourceUnreachableError)
            return runs.fail(claim, str(error), setup_broken=broken)
        except Exception as error:  # noqa: BLE001 - see below
            # The thread's last stand: without a booked failure clients would poll for ever.
            _LOG.exception("sync of connector %s failed", declared.id)
            if isinstance(error, FivetranLocalError):
                return runs.fail(claim, str(error), setup_broken=False)
            return runs.fail(claim, f"{type(error).__name__}: {error}", setup_broken=False)
        return None
