"""The Fivetran account, or the local server in its place, as a Dagster resource."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from environment import Environment, UnknownEnvironment
from ingestion.fivetran.mode import FivetranMode, fivetran_mode
from ingestion.fivetran.workspace import IngestionFivetranWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster_fivetran import FivetranOutput, FivetranSyncConfig


@dataclass(frozen=True)
class FivetranSession:
    """Fivetran for the time of a step."""

    mode: FivetranMode
    workspace: IngestionFivetranWorkspace

    def sync(self, connector_id: str, config: FivetranSyncConfig) -> FivetranOutput:
        """Sync a connector, or have it brought anew as a whole or in part, and wait for the end.

        Args:
            connector_id: The connector.
            config: dagster-fivetran's run configuration: `resync`, `resync_parameters`.

        Raises:
            FivetranError: No rows were brought; the message says why and what to do.
        """
        client = self.workspace.get_client()
        if config.resync:
            parameters = config.resync_parameters
            return client.resync_and_poll(connector_id, resync_parameters=parameters)
        return client.sync_and_poll(connector_id)


class FivetranAccount(dg.ConfigurableResource[Any]):
    """Fivetran, whichever the environment names at the moment when a step runs.

    Credentials are not fields of it: definitions load with an empty environment, and no run's
    configuration holds a secret.
    """

    poll_interval_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Between two polls; by default 10 for an account, 0.1 for the local server.",
    )
    sync_timeout_seconds: float = Field(
        default=4 * 3600.0, gt=0, description="How long a sync may take."
    )
    reschedule_patience_seconds: float = Field(
        default=1800.0, ge=0, description="How long to wait for a sync that Fivetran has put off."
    )
    outage_patience_seconds: float = Field(
        default=300.0, ge=0, description="How long the API may be out of reach during a sync."
    )
    request_retry_delay_seconds: float = Field(
        default=0.25, ge=0, description="Wait before a request's second attempt; it doubles."
    )
    request_longest_wait_seconds: float = Field(
        default=60.0, ge=0, description="Longest wait between attempts, `Retry-After` included."
    )
    disable_schedule_on_trigger: bool = Field(
        default=False,
        description="See `IngestionFivetranWorkspace`: a sync then ends the connector's schedule.",
    )

    @contextmanager
    def session(self) -> Iterator[FivetranSession]:
        """Decide which Fivetran it is, start the local one if need be, and offer a workspace.

        Raises:
            SettingsWrong: The environment contradicts itself.
        """
        try:
            environment = Environment.from_environ()
        except UnknownEnvironment as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        with fivetran_mode(os.environ, environment) as mode:
            workspace = IngestionFivetranWorkspace(
                api_key=mode.api_key,
                api_secret=mode.api_secret,
                api_url=mode.api_url,
                poll_interval=self.poll_interval_seconds or mode.poll_interval,
                sync_timeout=self.sync_timeout_seconds,
                reschedule_patience=self.reschedule_patience_seconds,
                outage_patience=self.outage_patience_seconds,
                request_retry_delay=self.request_retry_delay_seconds,
                request_back_off_cap=self.request_longest_wait_seconds,
                disable_schedule_on_trigger=self.disable_schedule_on_trigger,
            )
            yield FivetranSession(mode, workspace)
