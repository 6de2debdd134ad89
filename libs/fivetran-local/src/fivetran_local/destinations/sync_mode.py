"""A table that changes between soft-delete mode and history mode, its rows kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fivetran_local.destinations.destination import (
    ACTIVE,
    DELETED,
    FOREVER,
    START,
    SYNCED,
    moment,
)
from fivetran_local.names import quoted

if TYPE_CHECKING:
    from fivetran_local.destinations.destination import LandingTable
    from fivetran_local.destinations.sql_landing import SqlLanding


def change_sync_mode(
    landing: SqlLanding, table: LandingTable, present: dict[str, str]
) -> dict[str, str]:
    """Rebuild a table for the other mode; returns its columns then.

    To history: every row becomes a version that began when it was last written. From history: of a
    row's versions the newest stays.

    Args:
        landing: The open transaction.
        table: As it shall be.
        present: The columns that it has.
    """
    other = replace(table, keeps_history=not table.keeps_history)
    before = replace(table, name=f"{table.name}_before")
    kept = [name for name in present if name not in {*other.state_columns, SYNCED}]
    columns = {name: present[name] for name in kept} | table.state_columns
    columns[SYNCED] = present[SYNCED]
    if table.keeps_history:
        end = f"case when s.{DELETED} then s.{SYNCED} else {moment(FOREVER)} end"
        state = [f"not s.{DELETED}", f"s.{SYNCED}", end]
        condition = "true"
    else:
        state = [f"not s.{ACTIVE}"]
        newer = f"select 1 from {before.relation} as d where {landing.same_key(table)}"
        condition = f"not exists ({newer} and d.{START} > s.{START})"
    landing.run(f"alter table {table.relation} rename to {quoted(before.name)}")
    landing.create(table, columns)
    values = [*(f"s.{quoted(name)}" for name in kept), *state, f"s.{SYNCED}"]
    landing.run(
        f"insert into {table.relation} ({', '.join(map(quoted, columns))})"
        f" select {', '.join(values)} from {before.relation} as s where {condition}"
    )
    landing.run(f"drop table {before.relation}")
    return columns
