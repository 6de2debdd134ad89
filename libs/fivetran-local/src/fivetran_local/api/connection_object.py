"""A connection as the API shows it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from fivetran_local.declaration import PostgresSource
from fivetran_local.postgres_server import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fivetran_local.account import Account
    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.state.connections import Connection
    from fivetran_local.state.tables import TrackedTable

# The user that this account has, who also made all connections.
LOCAL_USER = "local_user"

_MINUTES_OF_A_DAY = 1440


def connection_object(account: Account, declared: ConnectorDeclaration) -> dict[str, Any]:
    """Return a connection as the API shows it.

    Timestamps that have no value yet are null, as the documentation says and its schema does not.
    """
    # First: it books a run whose process is gone, which changes what is read next.
    syncing = account.state.runs.is_running(declared.id)
    known = account.state.connections.get(declared.id)
    tables = account.state.tables.of(declared.id)
    sync_state = _sync_state(known, syncing=syncing)
    return {
        "id": declared.id,
        "service": declared.service,
        "schema": declared.name,
        "paused": known.paused,
        "status": _status(declared, known, tables, sync_state),
        "config": _config(declared),
        "group_id": account.declaration.destination.id,
        "service_version": 1,
        "connected_by": LOCAL_USER,
        "created_at": known.created_at,
        "succeeded_at": known.succeeded_at,
        "failed_at": known.failed_at,
        "pause_after_trial": known.pause_after_trial,
        "sync_frequency": known.sync_frequency,
        "data_delay_threshold": known.data_delay_threshold,
        "data_delay_sensitivity": known.data_delay_sensitivity,
        "daily_sync_time": (
            known.daily_sync_time if known.sync_frequency == _MINUTES_OF_A_DAY else None
        ),
        "schedule_type": known.schedule_type,
        "networking_method": "Directly",
        "setup_tests": [],
        "source_sync_details": {},
        "destination_schema_names": "FIVETRAN_NAMING",
    }


def _sync_state(known: Connection, *, syncing: bool) -> str:
    if syncing:
        return "syncing"
    if known.paused:
        return "paused"
    return "rescheduled" if known.rescheduled_for else "scheduled"


def _status(
    declared: ConnectorDeclaration,
    known: Connection,
    tables: Sequence[TrackedTable],
    sync_state: str,
) -> dict[str, Any]:
    tasks = []
    if known.failure:
        tasks.append(
            {"code": "sync_failed", "message": "The last sync failed", "details": known.failure}
        )
    return {
        "setup_state": known.setup_state,
        "schema_status": "ready",
        "sync_state": sync_state,
        "update_state": "delayed" if known.failure else "on_schedule",
        "is_historical_sync": is_historical(tables),
        "rescheduled_for": known.rescheduled_for if sync_state == "rescheduled" else None,
        "tasks": tasks,
        "warnings": _warnings(declared, tables),
    }


def _warnings(
    declared: ConnectorDeclaration, tables: Sequence[TrackedTable]
) -> list[dict[str, str]]:
    """Return what the declaration says of tables that are not there: likely misspelt."""
    present = [table.name for table in tables if not table.removed]
    warnings = []
    for name in declared.tables if tables else ():
        if name not in present:
            close = difflib.get_close_matches(name, present, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            warnings.append(
                {
                    "code": "declared_table_missing",
                    "message": "A declared table is not in the source",
                    "details": f"The declaration names table '{name}'{hint}",
                }
            )
    return warnings


def is_historical(tables: Sequence[TrackedTable]) -> bool:
    """Tell whether the next sync reads a table in full: the first one, or a re-sync."""
    return not tables or any(table.is_synced and table.resync_is_due for table in tables)


def _config(declared: ConnectorDeclaration) -> dict[str, Any]:
    config: dict[str, Any] = {"schema": declared.name}
    if declared.schema_prefix is not None:
        config = {"schema_prefix": declared.schema_prefix}
    if isinstance(declared.source, PostgresSource):
        config |= described(declared.source.dsn.get_secret_value())
    return config
