"""Connections: the settings that clients change, and the times of the last syncs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fivetran_local.declaration import ConnectorDeclaration
from fivetran_local.state.database import StateDatabase, now, record, update_connection

# The only columns that `change` writes: names come from a request and are used in SQL.
_SETTINGS = {
    "paused",
    "schedule_type",
    "sync_frequency",
    "daily_sync_time",
    "pause_after_trial",
    "data_delay_sensitivity",
    "data_delay_threshold",
    "schema_change_handling",
}


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """One connection in the state file."""

    id: str
    created_at: str
    paused: bool
    schedule_type: str
    sync_frequency: int
    daily_sync_time: str | None
    pause_after_trial: bool
    data_delay_sensitivity: str
    data_delay_threshold: int
    schema_change_handling: str
    setup_state: str
    """`incomplete` until the source answers for the first time, then `connected` or `broken`."""
    succeeded_at: str | None
    failed_at: str | None
    failure: str | None
    """Reason of the last sync's failure; None after a success."""
    rescheduled_for: str | None
    """Time of a postponed sync; None if none is postponed."""
    source_fingerprint: str | None
    """The source's fingerprint before the last successful sync read it."""


class Connections:
    """The connections of one state file."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def declare(self, connectors: Iterable[ConnectorDeclaration]) -> None:
        """Add declared connections that are new; existing ones keep their settings."""
        with self._database.writing() as connection:
            connection.executemany(
                "insert or ignore into connections"
                " (id, created_at, paused, schedule_type, sync_frequency, schema_change_handling)"
                " values (:id, :created_at, :paused, :schedule_type, :sync_frequency,"
                " :schema_change_handling)",
                [declared.model_dump() | {"created_at": now()} for declared in connectors],
            )

    def get(self, connection_id: str) -> ConnectionRecord:
        """Return one connection.

        Raises:
            KeyError: No connection has this id.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "select * from connections where id = ?", (connection_id,)
            ).fetchone()
        if row is None:
            raise KeyError(connection_id)
        return record(ConnectionRecord, row)

    def change(self, connection_id: str, settings: Mapping[str, object]) -> None:
        """Change settings that clients may change, by column name."""
        unknown = set(settings) - _SETTINGS
        if unknown:
            raise ValueError(f"not settings of a connection: {sorted(unknown)}")
        with self._database.writing() as connection:
            update_connection(connection, connection_id, **settings)

    def set_setup_state(self, connection_id: str, *, connected: bool) -> None:
        """Store whether the source answered the last check."""
        with self._database.writing() as connection:
            connection.execute(
                "update connections set setup_state = case when ? then 'connected'"
                " when setup_state = 'incomplete' then 'incomplete' else 'broken' end where id = ?",
                (connected, connection_id),
            )
