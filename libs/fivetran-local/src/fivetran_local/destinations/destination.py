"""What a sync asks of any destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fivetran_local.names import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from fivetran_local.sources.source import Rows

# The columns that Fivetran adds (its documentation, "System columns and tables").
ID = "_fivetran_id"
DELETED = "_fivetran_deleted"
SYNCED = "_fivetran_synced"
# In place of `DELETED` where a table is in history mode (its documentation, "History mode").
ACTIVE = "_fivetran_active"
START = "_fivetran_start"
END = "_fivetran_end"
FOREVER = "9999-12-31T23:59:59.999000Z"
"""The end of a version that is still active."""


@dataclass(frozen=True, slots=True)
class LandingColumn:
    """One column of a destination table, and where its values come from."""

    source_name: str
    name: str
    type: str
    """As the destination has it, in the vocabulary of `column_types`."""
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class LandingTable:
    """One destination table as a sync wants it."""

    schema_name: str
    name: str
    columns: tuple[LandingColumn, ...]
    key: tuple[str, ...]
    """Destination names of the key columns; empty: rows are told apart by `_fivetran_id`."""
    key_is_proven: bool
    """The source itself keeps the key unique; otherwise every load checks it."""
    keeps_history: bool = False
    """Every version of a row is a row of its own; otherwise there is one, marked when it goes."""

    @property
    def relation(self) -> str:
        """The quoted name."""
        return quoted(self.schema_name, self.name)

    @property
    def place(self) -> str:
        """The name in messages."""
        return f"{self.schema_name}.{self.name}"

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that tell rows apart."""
        return self.key or (ID,)

    @property
    def state_columns(self) -> dict[str, str]:
        """The columns that say whether a row is current, with their types."""
        if self.keeps_history:
            return {ACTIVE: "BOOLEAN", START: "TIMESTAMPTZ", END: "TIMESTAMPTZ"}
        return {DELETED: "BOOLEAN"}

    def current(self, alias: str) -> str:
        """The condition that a row is what the source has, or had at the last sync."""
        return f"{alias}.{ACTIVE}" if self.keeps_history else f"not {alias}.{DELETED}"

    def arrival(self, synced_at: str) -> dict[str, str]:
        """What the columns that Fivetran adds hold for a row that arrives: by name, as SQL."""
        now = moment(synced_at)
        if self.keeps_history:
            return {ACTIVE: "true", START: now, END: moment(FOREVER), SYNCED: now}
        return {DELETED: "false", SYNCED: now}

    @property
    def value_names(self) -> list[str]:
        """The columns whose values come from the source or, for `_fivetran_id`, from them all."""
        return [column.name for column in self.columns] + ([] if self.key else [ID])


class Landing(Protocol):
    """An open transaction on a destination."""

    def has(self, schema_name: str, name: str) -> bool:
        """Tell whether a table is there."""

    def prepare(self, table: LandingTable) -> LandingTable:
        """Create a table, or give it the columns that it lacks, each wide enough.

        Columns that the source dropped stay, with the values that they had.

        Returns:
            The table with the types that its columns now have.
        """

    def fill(self, table: LandingTable, rows: Rows, synced_at: str) -> int:
        """Write all rows into a table that was just created; returns how many."""

    def stage(self, table: LandingTable, rows: Rows) -> None:
        """Collect rows beside the table, for the methods below."""

    def upsert_staged(self, table: LandingTable, synced_at: str, *, rewrite: bool) -> int:
        """Bring the staged rows into the table; returns how many rows that wrote.

        Args:
            table: The table.
            synced_at: What `_fivetran_synced` becomes.
            rewrite: Write rows too that are the same already, as a historical re-sync does.
        """

    def delete_unstaged(self, table: LandingTable, synced_at: str, *, touch: bool) -> int:
        """Mark rows as deleted whose keys are not staged; returns how many.

        Args:
            table: The table.
            synced_at: What their `_fivetran_synced` becomes, or, in history mode, their end.
            touch: False leaves `_fivetran_synced`, as Fivetran does where a re-sync finds rows
                gone, and always in history mode.
        """

    def delete_gone(
        self, table: LandingTable, keys: Callable[[], Rows], synced_at: str
    ) -> int | None:
        """Mark rows as deleted whose keys the source does not have.

        Args:
            table: The table.
            keys: Opens all keys of the source; called once, or twice where some differ.
            synced_at: What the `_fivetran_synced` of these rows becomes.

        Returns:
            How many; None, and nothing is marked, where the source has keys that have no row.
        """

    def highest(self, table: LandingTable, column: LandingColumn) -> str | None:
        """Return the largest value of a column as text, timestamps in UTC; None of no rows."""


class Destination(Protocol):
    """A place that rows go to."""

    @property
    def service(self) -> str:
        """What the API calls this type of destination."""

    @property
    def place(self) -> str:
        """Name the destination in messages, without secrets."""

    def config(self) -> dict[str, str | int | None]:
        """Return what the API shows of it, without secrets."""

    def check(self) -> str | None:
        """Find out whether rows could be written; returns what is wrong, None for nothing."""

    def writing(self, checkpoint: Callable[[], None]) -> AbstractContextManager[Landing]:
        """Open a transaction: all of it is committed on leaving, or none of it.

        Args:
            checkpoint: Called often while waiting and reading; raises to end the sync.

        Raises:
            DestinationBusyError: Others kept the destination for too long.
            DestinationError: The destination refused something.
        """


def moment(timestamp: str) -> str:
    """Return a timestamp as SQL."""
    return f"cast({literal(timestamp)} as timestamptz)"
