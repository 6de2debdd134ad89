"""The emulated account: its connectors, state, destination and syncs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fivetran_local.declaration_file import read_declaration
from fivetran_local.destinations import open_destination
from fivetran_local.errors import SourceUnreachableError
from fivetran_local.faults.script import FaultScript
from fivetran_local.sources import open_source
from fivetran_local.sources.source import with_declared_keys
from fivetran_local.state import StateFile
from fivetran_local.state.tables import TrackedTable
from fivetran_local.sync_worker import SyncWorker


class Account:
    """The data and services behind the API, for one declaration and one state directory."""

    def __init__(
        self,
        config: Path,
        state_dir: Path,
        variables: Mapping[str, str],
        faults: FaultScript | None = None,
    ) -> None:
        """Read the declaration and open the state.

        Args:
            config: The YAML file of connectors.
            state_dir: Directory of the state and the destination; processes may share it.
            variables: Values for `${NAME}` in the YAML file.
            faults: Deliberate faults; by default none.

        Raises:
            DeclarationError: The YAML file is invalid.
        """
        self.declaration = read_declaration(config, variables)
        self.connectors = {each.id: each for each in self.declaration.connectors}
        self.state = StateFile(state_dir)
        self.state.connections.declare(self.declaration.connectors)
        self.destination_file = state_dir / "destination.duckdb"
        self.destination = open_destination(self.declaration.destination, self.destination_file)
        self._sources = {each.id: open_source(each.source) for each in self.connectors.values()}
        self.syncs = SyncWorker(
            self.connectors, self._sources, self.state, self.destination, faults or FaultScript()
        )

    def check_setup(self, connector_id: str) -> str | None:
        """Check whether the source answers, and store the result in the state.

        Returns:
            None if it answers, otherwise the reason.
        """
        problem = None
        try:
            self._sources[connector_id].check()
        except SourceUnreachableError as error:
            problem = str(error)
        self.state.connections.set_setup_state(connector_id, connected=problem is None)
        return problem

    def tables(self, connector_id: str) -> Sequence[TrackedTable]:
        """Return a connector's tables; discover them if that was not done before.

        Raises:
            SyncError: The tables were not discovered before, and the source does not answer.
        """
        return self.state.tables.of(connector_id) or self.discover(connector_id)

    def discover(self, connector_id: str) -> Sequence[TrackedTable]:
        """Read the source's tables and return them with their selection.

        Raises:
            SyncError: The source does not answer, or lacks a declared column.
        """
        declared = self.connectors[connector_id].tables
        with self._sources[connector_id].snapshot() as snapshot:
            tables = with_declared_keys(snapshot.tables(), declared)
        return self.state.tables.reconcile(connector_id, tables, declared)
