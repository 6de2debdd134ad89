"""Fivetran as a Dagster resource: the account, or the local server in its place."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from environment import Environment, UnknownEnvironment
from ingestion.fivetran.connector_sync import ConnectorSync
from ingestion.fivetran.http_client import FivetranHttp
from ingestion.fivetran.mode import FivetranMode, fivetran_mode
from ingestion.retries import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster_fivetran import FivetranOutput, FivetranSyncConfig

_ACCOUNT_POLL_SECONDS = 10.0
"""360 requests an hour; an account's requests are limited."""
_LOCAL_POLL_SECONDS = 0.1


class FivetranAccount(dg.ConfigurableResource[Any]):
    """Fivetran, as the environment variables of the running step select it.

    Credentials are not fields: definitions load with an empty environment, and the configuration of
    a run contains no secret.
    """

    poll_interval_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Time between polls of a sync. Default: 10 for an account, 0.1 locally.",
    )
    sync_timeout_seconds: float = Field(
        default=4 * 3600.0, gt=0, description="Longest time of a sync."
    )
    reschedule_timeout_seconds: float = Field(
        default=1800.0,
        ge=0,
        description="Longest wait for a sync that Fivetran has postponed to begin.",
    )
    outage_timeout_seconds: float = Field(
        default=300.0,
        ge=0,
        description="Longest time for which the API may be unreachable during a sync.",
    )
    retries: RetryPolicy = RetryPolicy()
    disable_schedule_on_trigger: bool = Field(
        default=False,
        description=(
            "Whether a sync disables the connector's own schedule permanently (`schedule_type: "
            "manual`). dagster-fivetran's default is true; here it is false, because the owner of "
            "the account decides on the schedule. Enable it if only Dagster starts syncs."
        ),
    )

    @contextmanager
    def session(self) -> Iterator[FivetranSession]:
        """Yield Fivetran for the time of a step; starts the local server if it is needed.

        Raises:
            InvalidSettings: the environment variables contradict each other.
        """
        try:
            environment = Environment.from_environ()
        except UnknownEnvironment as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        with fivetran_mode(os.environ, environment) as mode:
            yield FivetranSession(mode, self)


@dataclass(frozen=True)
class FivetranSession:
    """Fivetran for the time of a step."""

    mode: FivetranMode
    settings: FivetranAccount

    @property
    def http(self) -> FivetranHttp:
        """Requests to the API."""
        mode = self.mode
        return FivetranHttp(mode.api_url, mode.api_key, mode.api_secret, self.settings.retries)

    def sync(self, connector_id: str, config: FivetranSyncConfig) -> FivetranOutput:
        """Sync a connector and wait for the end.

        Args:
            connector_id: Id of the connector.
            config: dagster-fivetran's run configuration: `resync` and `resync_parameters`.

        Raises:
            FivetranError: no rows were synced; the message has the cause and the fix.
        """
        default = _LOCAL_POLL_SECONDS if self.mode.is_local else _ACCOUNT_POLL_SECONDS
        interval = self.settings.poll_interval_seconds or default
        return ConnectorSync(self.http, connector_id, self.settings, interval).run(config)
