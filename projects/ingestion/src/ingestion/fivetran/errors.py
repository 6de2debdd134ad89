"""Errors between Fivetran and the work file, one class for each kind.

They are `dagster.Failure`s, so a failed step shows the message without a traceback of this project.
`allow_retries` is whether running the step again may help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Mapping


class FivetranError(dg.Failure):
    """Rows could not be loaded; the last published state stays in place.

    Args:
        message: Names the cause, the place and the fix. Contains no secret.
        metadata: Shown with the message in the run's events.
        transient: Whether the step may succeed if it is run again.
    """

    def __init__(
        self,
        message: str,
        *,
        metadata: Mapping[str, dg.MetadataValue] | None = None,
        transient: bool = False,
    ) -> None:
        super().__init__(message, metadata=metadata, allow_retries=transient)
        self.transient = transient

    def __str__(self) -> str:
        return self.description or type(self).__name__


class InvalidSettings(FivetranError):
    """The environment variables of Fivetran contradict each other, or one is missing."""


class ApiUnreachable(FivetranError):
    """There is no response from the API, or not in time, or a server error."""


class CredentialsRefused(FivetranError):
    """The API rejects the key and secret, or they lack permission."""


class NotFound(FivetranError):
    """The API does not have the connector, group or table."""


class RateLimited(FivetranError):
    """The API asks for a longer wait than is allowed."""


class RequestRefused(FivetranError):
    """The API returns another client error."""


class UnexpectedResponse(FivetranError):
    """The response is not Fivetran's: HTML, other JSON, missing fields."""


class ConnectorPaused(FivetranError):
    """The connector is paused, so downstream assets would be built from old data."""


class ConnectorBroken(FivetranError):
    """The connector's setup is incomplete or broken."""


class SyncFailed(FivetranError):
    """The sync failed."""


class SyncTimedOut(FivetranError):
    """The sync did not end in time."""


class SyncRescheduled(FivetranError):
    """Fivetran postponed the sync for longer than the step waits."""


class TableNotSynced(FivetranError):
    """The connector no longer syncs a selected table: disabled, excluded or renamed."""


class TableMissing(FivetranError):
    """The destination does not have the table, although the sync succeeded."""


class InvalidTable(FivetranError):
    """The destination's table is not as Fivetran writes it, so its changes are unknown."""


class DestinationUnreachable(FivetranError):
    """The destination cannot be opened or read."""


class InvalidSnapshot(FivetranError):
    """The committed snapshot is missing or broken, or cannot be written."""
