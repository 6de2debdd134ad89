"""What the server remembers, in one SQLite file that several processes may use at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetran_local.state.connections import Connections
from fivetran_local.state.database import StateDatabase
from fivetran_local.state.runs import Runs
from fivetran_local.state.selection import Selection
from fivetran_local.state.tables import Tables

if TYPE_CHECKING:
    from pathlib import Path


class State:
    """The state of one account, by what it is about."""

    def __init__(self, state_dir: Path) -> None:
        """Open the state of a folder, creating both where they are missing.

        Args:
            state_dir: The folder; nothing else may write in it.
        """
        database = StateDatabase(state_dir)
        self.connections = Connections(database)
        self.tables = Tables(database)
        self.selection = Selection(database)
        self.runs = Runs(database)
