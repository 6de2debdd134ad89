"""Dagster's column schema of a Fivetran table."""

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
    from ingestion.fivetran.snapshot import SnapshotTable

_ADDED = {
    SURROGATE_KEY: ("VARCHAR", "Fivetran's key of a row whose source table has no key."),
    DELETED: ("BOOLEAN", "Whether the row was deleted at the source."),
    ACTIVE: ("BOOLEAN", "Whether this is the source's current version of the row."),
    START: ("TIMESTAMP WITH TIME ZONE", "When this version began at the source."),
    END: (
        "TIMESTAMP WITH TIME ZONE",
        "When this version ended; in the year 9999 for the current version.",
    ),
    SYNCED: ("TIMESTAMP WITH TIME ZONE", "When Fivetran last wrote the row."),
}


def expected_columns(table: SnapshotTable) -> list[Column]:
    """Return the columns that a sync loads: those of the snapshot, then Fivetran's."""
    known = {column.name for column in table.columns}
    surrogate = [] if table.primary_key else [SURROGATE_KEY]
    state = [ACTIVE, START, END] if table.keeps_history else [DELETED]
    added = [name for name in (*surrogate, *state, SYNCED) if name not in known]
    return [*table.columns, *(Column(name, _ADDED[name][0]) for name in added)]


def column_schema(table: SnapshotTable) -> dg.TableSchema:
    """Return the schema of the columns that a sync loads, with the primary key as constraints."""
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
            for column in expected_columns(table)
        ],
        constraints=dg.TableConstraints(other=[f"primary key ({', '.join(key)})"]),
    )
