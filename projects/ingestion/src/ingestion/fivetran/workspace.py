"""dagster-fivetran's workspace, at any address and with bounds on waiting."""

from __future__ import annotations

from dagster_fivetran import FivetranWorkspace
from pydantic import Field

from ingestion.fivetran.api import Api
from ingestion.fivetran.client import IngestionFivetranClient
from ingestion.fivetran.polling import Patience

FIVETRAN_API = "https://api.fivetran.com/v1"


class IngestionFivetranWorkspace(FivetranWorkspace):
    """The account, or the local server, that a step talks to.

    It is built when a step runs, from the environment of that moment (`ingestion.fivetran.mode`):
    definitions come from the committed snapshot and need neither credentials nor a network.
    """

    account_id: str = Field(
        default="", description="Only names dagster-fivetran's load-time cache, which is not used."
    )
    api_url: str = Field(default=FIVETRAN_API, description="Base address, ending in the version.")
    request_back_off_cap: float = Field(
        default=60.0, description="Longest wait in seconds between two attempts of one request."
    )
    request_timeout: float = Field(
        default=60.0, description="Seconds in which an answer must begin."
    )
    request_backoff_factor: float = Field(
        default=2.0, description="By how much each wait between attempts is longer."
    )
    poll_interval: float = Field(default=10.0, description="Seconds between two polls of a sync.")
    sync_timeout: float = Field(default=4 * 3600.0, description="Seconds that a sync may take.")
    reschedule_patience: float = Field(
        default=1800.0, description="Seconds to wait for a sync that Fivetran has put off."
    )
    outage_patience: float = Field(
        default=300.0, description="Seconds without the API that a running sync is waited for."
    )
    disable_schedule_on_trigger: bool = Field(
        default=False,
        description=(
            "Whether a sync started from here switches the connector's own schedule off, for good "
            "(`schedule_type: manual`). Off, other than in dagster-fivetran: who owns the schedule "
            "is a decision for the account, not a side effect of somebody's first run. Switch it "
            "on where Dagster alone shall decide when the connector syncs."
        ),
    )

    def get_client(self) -> IngestionFivetranClient:
        """Build a client; it holds no connection, so there is nothing to share or to close."""
        return IngestionFivetranClient(
            Api(
                url=self.api_url,
                key=self.api_key,
                secret=self.api_secret,
                attempts=self.request_max_retries + 1,
                first_wait_seconds=self.request_retry_delay,
                back_off_factor=self.request_backoff_factor,
                longest_wait_seconds=self.request_back_off_cap,
                answer_seconds=self.request_timeout,
            ),
            Patience(
                poll_interval=self.poll_interval,
                sync=self.sync_timeout,
                reschedule=self.reschedule_patience,
                outage=self.outage_patience,
            ),
            disable_schedule_on_trigger=self.disable_schedule_on_trigger,
        )
