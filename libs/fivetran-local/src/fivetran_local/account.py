"""The account that the server emulates: its connectors, its state, its destination, its syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetran_local.declaration_file import read_declaration
from fivetran_local.destinations import open_destination
from fivetran_local.errors import SourceUnreachableError
from fivetran_local.faults import Faults
from fivetran_local.sources import open_source
from fivetran_local.state import State
from fivetran_local.sync import as_declared
from fivetran_local.syncs import Syncs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fivetran_local.sources.source import Source, SourceTable
    from fivetran_local.state.tables import TrackedTable


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
        self.declaration = read_declaration(config, variables)
        self.connectors = {each.id: each for each in self.declaration.connectors}
        self.state = State(state_dir)
        self.state.connections.declare(self.declaration.connectors)
        self.destination_file = state_dir / "destination.duckdb"
        self.destination = open_destination(self.declaration.destination, self.destination_file)
        self._sources: dict[str, Source] = {
            each.id: open_source(each.source) for each in self.connectors.values()
        }
        self.syncs = Syncs(
            self.connectors, self._sources, self.state, self.destination, faults or Faults()
        )

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
