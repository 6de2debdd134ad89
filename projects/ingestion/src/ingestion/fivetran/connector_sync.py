"""A sync of a connector: started once, and followed to its end or to the configured limits."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_fivetran import FivetranOutput

from ingestion.fivetran.connector import connector_of, page_of
from ingestion.fivetran.errors import (
    ConnectorBroken,
    ConnectorPaused,
    FivetranError,
    SyncFailed,
    SyncRescheduled,
    SyncTimedOut,
)
from ingestion.fivetran.stock_client import StockClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster_fivetran import FivetranSyncConfig

    from ingestion.fivetran.account import FivetranAccount
    from ingestion.fivetran.connector import Connector
    from ingestion.fivetran.http_client import FivetranHttp


@dataclass(frozen=True)
class ConnectorSync:
    """Syncs of one connector."""

    http: FivetranHttp
    connector_id: str
    settings: FivetranAccount
    poll_interval: float
    """Seconds between two requests for the connector's state."""

    def run(self, config: FivetranSyncConfig) -> FivetranOutput:
        """Sync the connector and wait for the end.

        Args:
            config: dagster-fivetran's run configuration: `resync` and `resync_parameters`.

        Raises:
            FivetranError: no rows were synced; the message has the cause and the fix.
        """
        before = connector_of(self._client.get_connector_details(self.connector_id))
        self._require_syncable(before)
        if self.settings.disable_schedule_on_trigger:
            self.log.info(f"Disabling the schedule of connector {self.connector_id!r}.")
            self._client.update_schedule_type_for_connector(self.connector_id, "manual")
        if config.resync:
            self._client.start_resync(self.connector_id, config.resync_parameters)
        else:
            self.start()
        self.log.info(f"Syncing connector {self.connector_id!r}: {self.page}")
        details = self._wait(before.last_sync_completed_at)
        # Read after the sync, which may have added or dropped a table.
        schema_config = self._client.get_schema_config_for_connector(self.connector_id)
        return FivetranOutput(connector_details=details, schema_config=schema_config)

    @property
    def _client(self) -> StockClient:
        return StockClient(self.http)

    @property
    def log(self) -> logging.Logger:
        """Log of the run."""
        return dg.get_dagster_logger()

    @property
    def page(self) -> str:
        """Address of the connector's page."""
        return page_of(self.http.url, self.connector_id)

    def start(self) -> None:
        """Start a sync, or join a running one.

        The stock client's `start_sync` uses the undocumented `/force`, which stops a running sync
        and starts again: a first sync that takes longer than the interval of runs would never end.
        """
        endpoint = f"connectors/{self.connector_id}/sync"
        self.http.request("POST", endpoint, json.dumps({"force": False}))

    def _wait(self, before: datetime) -> Mapping[str, Any]:
        """Poll until a sync ends after `before`, and return the connector's description."""
        settings = self.settings
        last_response = time.monotonic()
        deadline = last_response + settings.sync_timeout_seconds
        postponement = _Postponement(self)
        while True:
            try:
                details = self._client.get_connector_details(self.connector_id)
            except FivetranError as error:
                outage = time.monotonic() - last_response
                if not error.transient or outage > settings.outage_timeout_seconds:
                    raise
                self.log.warning(f"{error} The sync may still be running; polling again.")
            else:
                last_response = time.monotonic()
                connector = connector_of(details)
                if connector.last_sync_completed_at > before:
                    self._require_success(connector)
                    return details
                self._require_syncable(connector)
                deadline += postponement.seconds_added(connector)
            if time.monotonic() > deadline:
                raise SyncTimedOut(
                    f"The sync has not ended within {settings.sync_timeout_seconds:g} s. It "
                    f"continues in Fivetran: run this step again when it has ended there "
                    f"({self.page}). If syncs take that long, raise `sync_timeout_seconds` of the "
                    f"resource `fivetran`.",
                    transient=True,
                )
            time.sleep(self.poll_interval)

    def _require_syncable(self, connector: Connector) -> None:
        if connector.paused:
            raise ConnectorPaused(
                f"Connector {connector.id!r} is paused, so it syncs no new rows, and everything "
                f"downstream would be built from old data. Enable it in Fivetran ({self.page}), "
                f"or leave its assets out of the run."
            )
        if connector.setup_state != "connected":
            raise ConnectorBroken(
                f"Connector {connector.id!r} cannot sync: its setup is {connector.setup_state} "
                f"({connector.reasons}). Fix the setup in Fivetran: {self.page}."
            )

    def _require_success(self, connector: Connector) -> None:
        if connector.failed_at >= connector.succeeded_at:
            raise SyncFailed(
                f"The sync of connector {connector.id!r} failed at "
                f"{connector.failed_at.isoformat()}: {connector.reasons}. Fix the cause (the log "
                f"is at {self.page}), then run this step again.",
                metadata={"status": dg.MetadataValue.json(dict(connector.status))},
                transient=True,
            )


class _Postponement:
    """Postponements of a sync by Fivetran, for example because a quota is used up."""

    def __init__(self, sync: ConnectorSync) -> None:
        self._sync = sync
        self._latest = datetime.now(UTC) + timedelta(
            seconds=sync.settings.reschedule_timeout_seconds
        )
        self._until: datetime | None = None
        self._started = False

    def seconds_added(self, connector: Connector) -> float:
        """Return the seconds by which a new postponement extends the timeout of the sync.

        Raises:
            SyncRescheduled: the sync is postponed for longer than the step waits.
        """
        until = connector.rescheduled_for
        if until is None or not connector.is_rescheduled:
            return 0.0
        if until > self._latest:
            raise SyncRescheduled(
                f"Fivetran has postponed the sync of connector {connector.id!r} to {until} "
                f"(state: {connector.update_state}), which is longer than this step waits "
                f"({self._sync.settings.reschedule_timeout_seconds:g} s). Often the source's quota "
                f"is used up ({self._sync.page}). Run this step after that time.",
                transient=True,
            )
        added = 0.0
        now = datetime.now(UTC)
        if until != self._until:
            self._until, self._started = until, False
            added = max(0.0, (until - now).total_seconds())
            self._sync.log.warning(f"Fivetran has postponed the sync to {until}; waiting.")
        if now >= until and connector.schedule_type == "manual" and not self._started:
            # Without a schedule the connector "expects the sync to be triggered at the designated
            # time" (API reference, `rescheduled_for`).
            self._started = True
            self._sync.start()
        return added
