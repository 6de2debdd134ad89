"""Connections: the settings that clients change, and when a sync last succeeded or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivetran_local.clock import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.state.database import StateDatabase

# The only columns that `change` writes: names come from a request and go into SQL.
_SETTINGS = (
    "paused",
    "schedule_type",
    "sync_frequency",
    "daily_sync_time",
    "pause_after_trial",
    "data_delay_sensitivity",
    "data_delay_threshold",
    "schema_change_handling",
)


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as it stands in the state file."""

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
    """`incomplete` until the source answered once, then `connected` or `broken`."""
    succeeded_at: str | None
    failed_at: str | None
    failure: str | None
    """Why the last sync failed; None after one that succeeded."""
    rescheduled_for: str | None
    """When a sync that was put off is due; None where none was."""
    source_fingerprint: str | None
    """What the source looked like before the last successful sync read it."""


class Connections:
    """The connections of one state file."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def declare(self, connectors: Iterable[ConnectorDeclaration]) -> None:
        """Add connections that are declared and not known yet; known ones keep their settings."""
        with self._database.writing() as connection:
            connection.executemany(
                "insert or ignore into connections"
                " (id, created_at, paused, schedule_type, sync_frequency, schema_change_handling)"
                " values (?, ?, ?, ?, ?, ?)",
                [
                    (
                        declared.id,
                        now(),
                        declared.paused,
                        declared.schedule_type,
                        declared.sync_frequency,
                        declared.schema_change_handling,
                    )
                    for declared in connectors
                ],
            )

    def get(self, connection_id: str) -> Connection:
        """Return one connection.

        Raises:
            KeyError: There is none with this id.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "select * from connections where id = ?", (connection_id,)
            ).fetchone()
        if row is None:
            raise KeyError(connection_id)
        return _connection(row)

    def change(self, connection_id: str, settings: Mapping[str, str | int | bool | None]) -> None:
        """Set some of the settings that clients may change, by column name."""
        unknown = set(settings) - set(_SETTINGS)
        if unknown:
            raise ValueError(f"not settings of a connection: {sorted(unknown)}")
        with self._database.writing() as connection:
            for name, value in settings.items():
                connection.execute(
                    f"update connections set {name} = ? where id = ?",
                    (value, connection_id),
                )

    def set_setup_state(self, connection_id: str, setup_state: str) -> None:
        """Remember whether the source answered when it was last asked."""
        with self._database.writing() as connection:
            connection.execute(
                "update connections set setup_state = ? where id = ? and setup_state <> ?",
                (setup_state, connection_id, setup_state),
            )


def _connection(row: sqlite3.Row) -> Connection:
    values = dict(row)
    for name in ("paused", "pause_after_trial"):
        values[name] = bool(values[name])
    return Connection(**values)
