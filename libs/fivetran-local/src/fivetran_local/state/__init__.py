"""The server's state, in one SQLite file that several processes may use at once."""

from pathlib import Path

from fivetran_local.state.connections import Connections
from fivetran_local.state.database import StateDatabase
from fivetran_local.state.runs import Runs
from fivetran_local.state.selection import Selection
from fivetran_local.state.tables import Tables


class StateFile:
    """The state of one account, by subject."""

    def __init__(self, state_dir: Path) -> None:
        """Open the state; create the directory and the file if they are missing.

        Args:
            state_dir: The directory; only this package may write to it.
        """
        database = StateDatabase(state_dir)
        self.connections = Connections(database)
        self.tables = Tables(database)
        self.selection = Selection(database)
        self.runs = Runs(database)
