"""A connection in the API's format."""

from collections.abc import Sequence
from typing import Any

from fivetran_local.account import Account
from fivetran_local.adbc import public_settings
from fivetran_local.declaration import ConnectorDeclaration, PostgresSource
from fivetran_local.names import did_you_mean
from fivetran_local.state.connections import ConnectionRecord
from fivetran_local.state.tables import TrackedTable

LOCAL_USER = "local_user"
"""Id of the account's only user, who also created all connections."""

_MINUTES_PER_DAY = 1440


def connection_object(account: Account, declared: ConnectorDeclaration) -> dict[str, Any]:
    """Return a connection in the API's format.

    Timestamps without a value are null, as in Fivetran's documentation and unlike in its schema.
    """
    # First, because it closes a run whose process ended, which changes the values read below.
    syncing = account.state.runs.is_running(declared.id)
    known = account.state.connections.get(declared.id)
    tables = account.state.tables.of(declared.id)
    return {
        "id": declared.id,
        "service": declared.service,
        "schema": declared.name,
        "paused": known.paused,
        "status": _status(declared, known, tables, _sync_state(known, syncing=syncing)),
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
            known.daily_sync_time if known.sync_frequency == _MINUTES_PER_DAY else None
        ),
        "schedule_type": known.schedule_type,
        "networking_method": "Directly",
        "setup_tests": [],
        "source_sync_details": {},
        "destination_schema_names": "FIVETRAN_NAMING",
    }


def setup_tests(title: str, problem: str | None) -> list[dict[str, str]]:
    """Return the result of a setup test in the API's format."""
    status = "FAILED" if problem else "PASSED"
    return [{"title": title, "status": status, "message": problem or ""}]


def is_historical(tables: Sequence[TrackedTable]) -> bool:
    """Return whether the next sync reads all rows of a table: the first sync, or a re-sync."""
    return not tables or any(table.is_synced and table.resync_is_due for table in tables)


def _sync_state(known: ConnectionRecord, *, syncing: bool) -> str:
    if syncing:
        return "syncing"
    if known.paused:
        return "paused"
    return "rescheduled" if known.rescheduled_for else "scheduled"


def _status(
    declared: ConnectorDeclaration,
    known: ConnectionRecord,
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
    """Return a warning for every declared table that is missing: its name is probably wrong."""
    present = [table.name for table in tables if not table.removed]
    return [
        {
            "code": "declared_table_missing",
            "message": "A declared table is not in the source",
            "details": "; ".join(
                filter(None, (f"The declaration names table '{name}'", did_you_mean(name, present)))
            ),
        }
        for name in (declared.tables if tables else ())
        if name not in present
    ]


def _config(declared: ConnectorDeclaration) -> dict[str, Any]:
    field = "schema" if declared.schema_prefix is None else "schema_prefix"
    config: dict[str, Any] = {field: declared.name}
    if isinstance(declared.source, PostgresSource):
        config |= public_settings(declared.source.dsn.get_secret_value())
    return config
