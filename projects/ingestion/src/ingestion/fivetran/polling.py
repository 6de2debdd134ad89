"""Wait for a sync: until it ended, or until waiting longer would hide that something is wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.fivetran.errors import (
    ConnectorBroken,
    ConnectorPaused,
    FivetranError,
    SyncFailed,
    SyncRescheduled,
    SyncTimedOut,
)
from ingestion.fivetran.state import connector_state, reasons

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from dagster_fivetran.translator import FivetranConnector


@dataclass(frozen=True)
class Patience:
    """How long a step waits for what; all in seconds."""

    poll_interval: float = 10.0
    """Between two looks at the connector. Each is a request: 360 an hour at 10 s."""
    sync: float = 4 * 3600.0
    """For a sync to end."""
    reschedule: float = 1800.0
    """For a sync that Fivetran has put off to begin."""
    outage: float = 300.0
    """For the API to answer again while a sync is running."""


@dataclass(frozen=True)
class Connection:
    """What waiting does with the API."""

    read: Callable[[], Mapping[str, Any]]
    """Reads the connector."""
    trigger: Callable[[], object]
    """Starts a sync."""
    page: str
    """Where a person looks at the connector."""
    log: logging.Logger


def wait_for_sync(
    connection: Connection, before: datetime, patience: Patience
) -> Mapping[str, Any]:
    """Poll until a sync ends after `before`; return the connector's description then.

    Args:
        connection: The connector; errors of reading that are transient are waited out.
        before: When the connector's last sync had ended, before this one was started.
        patience: How long to wait.

    Raises:
        FivetranError: `SyncFailed`, `SyncTimedOut`, `SyncRescheduled`, `ConnectorPaused`,
            `ConnectorBroken`; or the API was out of reach for too long.
    """
    last_answer = time.monotonic()
    deadline = last_answer + patience.sync
    put_off = _PutOff(connection, patience)
    while True:
        try:
            details = connection.read()
        except FivetranError as error:
            if not error.transient or time.monotonic() > last_answer + patience.outage:
                raise
            connection.log.warning(f"{error} The sync may well go on; asking again.")
        else:
            last_answer = time.monotonic()
            connector = connector_state(details)
            if connector.last_sync_completed_at > before:
                require_success(connector, details, connection.page)
                return details
            require_syncable(connector, details, connection.page)
            deadline += put_off.look_at(connector)
        if time.monotonic() > deadline:
            raise SyncTimedOut(
                f"The sync has not ended within {patience.sync:g} s. It goes on in Fivetran: run "
                f"this step again when it is done there ({connection.page}). If syncs take that "
                f"long, raise `sync_timeout_seconds` of the resource `fivetran`.",
                transient=True,
            )
        time.sleep(patience.poll_interval)


def require_syncable(connector: FivetranConnector, details: Mapping[str, Any], page: str) -> None:
    """Raise where a sync of this connector would bring nothing.

    Raises:
        ConnectorPaused: It is paused.
        ConnectorBroken: Its setup is incomplete or broken.
    """
    if connector.paused:
        raise ConnectorPaused(
            f"Connector {connector.id!r} is paused, so it brings no new rows. Enable it in "
            f"Fivetran ({page}), or take its assets out of the run: everything "
            f"downstream would be made of old data."
        )
    if not connector.is_connected:
        raise ConnectorBroken(
            f"Connector {connector.id!r} can't sync, its setup is {connector.setup_state}: "
            f"{_told(details)}. Mend the setup in Fivetran: {page}."
        )


def require_success(connector: FivetranConnector, details: Mapping[str, Any], page: str) -> None:
    """Raise where the last sync of this connector failed.

    Raises:
        SyncFailed: It did; the message has the API's reasons.
    """
    if not connector.is_last_sync_successful:
        raise SyncFailed(
            f"The sync of connector {connector.id!r} failed at {connector.failed_at}: "
            f"{_told(details)}. Mend the cause ({page} has the sync's log), then run this step "
            f"again.",
            metadata={"status": dg.MetadataValue.json(dict(details["status"]))},
            transient=True,
        )


class _PutOff:
    """A sync that Fivetran puts off, for example because the source's quota is used up."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self._connection = connection
        self._latest = datetime.now(UTC) + timedelta(seconds=patience.reschedule)
        self._patience = patience
        self._until: datetime | None = None
        self._triggered = False

    def look_at(self, connector: FivetranConnector) -> float:
        """Return by how many seconds the sync's time-out moves: those that it was put off by.

        Raises:
            SyncRescheduled: It was put off for too long.
        """
        if not connector.is_rescheduled or connector.rescheduled_for is None:
            return 0.0
        until = datetime.fromisoformat(connector.rescheduled_for)
        if until > self._latest:
            raise SyncRescheduled(
                f"Fivetran has put the sync of connector {connector.id!r} off until {until} "
                f"(state: {connector.update_state or 'unknown'}), which is longer than this step "
                f"waits ({self._patience.reschedule:g} s). Often the source's quota is used up "
                f"({self._connection.page}). Run this step after that time.",
                transient=True,
            )
        moved = 0.0
        now = datetime.now(UTC)
        if until != self._until:
            self._until, self._triggered = until, False
            moved = max(0.0, (until - now).total_seconds())
            self._connection.log.warning(f"Fivetran has put the sync off until {until}; waiting.")
        if now >= until and connector.schedule_type == "manual" and not self._triggered:
            # Without a schedule of its own the connector "expects the sync to be triggered at
            # the designated time" (API reference, `rescheduled_for`).
            self._triggered = True
            self._connection.trigger()
        return moved


def _told(details: Mapping[str, Any]) -> str:
    return "; ".join(reasons(details)) or "the API gives no reason"
