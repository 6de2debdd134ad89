"""The change of a table between soft-delete mode and history mode, which keeps its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fivetran_local.destinations.target_table import (
    ACTIVE,
    DELETED,
    FOREVER,
    START,
    SYNCED,
    TargetTable,
    timestamp,
)
from fivetran_local.names import quoted, quoted_list

if TYPE_CHECKING:
    from fivetran_local.destinations.writer import DestinationWriter


def change_sync_mode(
    writer: DestinationWriter, table: TargetTable, present: dict[str, str]
) -> dict[str, str]:
    """Rebuild a table for the other mode; return its columns after that.

    To history mode: every row becomes a version that starts at the row's last sync. To soft-delete
    mode: the newest version of each row stays.

    Args:
        writer: The open transaction.
        table: The table in its new mode.
        present: The columns that the table has.
    """
    other = replace(table, keeps_history=not table.keeps_history)
    before = replace(table, name=f"{table.name}_before")
    kept = [name for name in present if name not in {*other.status_columns, SYNCED}]
    columns = {name: present[name] for name in kept} | table.status_columns
    columns[SYNCED] = present[SYNCED]
    if table.keeps_history:
        end = f"case when s.{DELETED} then s.{SYNCED} else {timestamp(FOREVER)} end"
        status = [f"not s.{DELETED}", f"s.{SYNCED}", end]
        condition = "true"
    else:
        status = [f"not s.{ACTIVE}"]
        newer = f"select 1 from {before.relation} as d where {writer.same_key(table)}"
        condition = f"not exists ({newer} and d.{START} > s.{START})"
    writer.run(f"alter table {table.relation} rename to {quoted(before.name)}")
    writer.create(table, columns)
    values = [*(f"s.{quoted(name)}" for name in kept), *status, f"s.{SYNCED}"]
    writer.run(
        f"insert into {table.relation} ({quoted_list(columns)})"
        f" select {', '.join(values)} from {before.relation} as s where {condition}"
    )
    writer.run(f"drop table {before.relation}")
    return columns
