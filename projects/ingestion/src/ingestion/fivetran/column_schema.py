"""The columns of a Fivetran table as Dagster shows them: the same at load and after a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from ingestion.fivetran.destination import (
    ACTIVE,
    DELETED,
    END,
    START,
    SURROGATE_KEY,
    SYNCED,
    Column,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.fivetran.snapshot import SnapshotTable

_ADDED = {
    SURROGATE_KEY: ("VARCHAR", "Fivetran's own key: the source's table has none."),
    DELETED: ("BOOLEAN", "Whether the row is gone at the source."),
    ACTIVE: ("BOOLEAN", "Whether this is the source's current version of the row."),
    START: ("TIMESTAMP WITH TIME ZONE", "Since when the source had this version."),
    END: ("TIMESTAMP WITH TIME ZONE", "Until when it had it; in the year 9999 while it has it."),
    SYNCED: ("TIMESTAMP WITH TIME ZONE", "When Fivetran last wrote the row."),
}


def expected_columns(table: SnapshotTable) -> list[Column]:
    """Name the columns that a sync will land: those of the snapshot, then Fivetran's own."""
    known = {column.name for column in table.columns}
    surrogate = [] if table.primary_key else [SURROGATE_KEY]
    state = [ACTIVE, START, END] if table.keeps_history else [DELETED]
    added = [name for name in (*surrogate, *state, SYNCED) if name not in known]
    return [*table.columns, *(Column(name, _ADDED[name][0]) for name in added)]


def column_schema(table: SnapshotTable, columns: Sequence[Column]) -> dg.TableSchema:
    """Describe columns, with what is promised of them: a row's key is there, and only once.

    Args:
        table: The snapshot's table.
        columns: Expected ones at load, those of the work file after a sync.
    """
    version = (START,) if table.keeps_history else ()
    key = (table.primary_key or (SURROGATE_KEY,)) + version
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=_ADDED.get(column.name, ("", None))[1],
                constraints=dg.TableColumnConstraints(
                    nullable=column.name not in key, unique=(column.name,) == key
                ),
            )
            for column in columns
        ],
        constraints=dg.TableConstraints(other=[f"primary key ({', '.join(key)})"]),
    )
