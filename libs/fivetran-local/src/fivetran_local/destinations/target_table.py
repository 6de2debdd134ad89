"""A destination table as a sync writes it, with the columns that Fivetran adds."""

from dataclasses import dataclass

from fivetran_local.names import literal, quoted

# The columns that Fivetran adds (its documentation, "System columns and tables").
ID = "_fivetran_id"
DELETED = "_fivetran_deleted"
SYNCED = "_fivetran_synced"
# Instead of `DELETED` for a table in history mode (its documentation, "History mode").
ACTIVE = "_fivetran_active"
START = "_fivetran_start"
END = "_fivetran_end"
FOREVER = "9999-12-31T23:59:59.999000Z"
"""The end of an active version."""


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """One column of a destination table, and the source column of its values."""

    source_name: str
    name: str
    type: str
    """Type in the destination, one of those in `column_types`."""
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class TargetTable:
    """One destination table of a sync."""

    schema_name: str
    name: str
    columns: tuple[TargetColumn, ...]
    key: tuple[str, ...]
    """Destination names of the key columns; if empty, `_fivetran_id` identifies rows."""
    key_is_proven: bool
    """Whether the source itself keeps the key unique; otherwise every load checks it."""
    keeps_history: bool = False
    """Whether every version of a row is stored; otherwise only the last one, marked if deleted."""

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
        """The columns that identify rows."""
        return self.key or (ID,)

    @property
    def key_columns(self) -> tuple[TargetColumn, ...]:
        """The columns of the key, in the table's order."""
        return tuple(column for column in self.columns if column.name in self.key)

    @property
    def status_columns(self) -> dict[str, str]:
        """The columns that describe whether a row is current, with their types."""
        if self.keeps_history:
            return {ACTIVE: "BOOLEAN", START: "TIMESTAMPTZ", END: "TIMESTAMPTZ"}
        return {DELETED: "BOOLEAN"}

    @property
    def value_names(self) -> list[str]:
        """The columns whose values come from the source; `_fivetran_id` is derived from them."""
        return [column.name for column in self.columns] + ([] if self.key else [ID])

    @property
    def compared_names(self) -> list[str]:
        """The columns whose values decide whether a row changed."""
        return [name for name in self.value_names if name not in self.row_key]

    def current(self, alias: str) -> str:
        """Return the condition for rows that the source had at the last sync."""
        return f"{alias}.{ACTIVE}" if self.keeps_history else f"not {alias}.{DELETED}"

    def arrival(self, synced_at: str) -> dict[str, str]:
        """Return the values of Fivetran's columns for a new row, as SQL by column name."""
        now = timestamp(synced_at)
        if self.keeps_history:
            return {ACTIVE: "true", START: now, END: timestamp(FOREVER), SYNCED: now}
        return {DELETED: "false", SYNCED: now}


def timestamp(text: str) -> str:
    """Return a timestamp as SQL."""
    return f"cast({literal(text)} as timestamptz)"
