"""What can go wrong between Fivetran and the work file: one class per mistake, with its mend.

They are `dagster.Failure`s, so a step that ends with one shows the message and no traceback of
ours; `allow_retries` says whether running the step again, unchanged, may help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Mapping


class FivetranError(dg.Failure):
    """Rows could not be brought in; readers keep what was published last.

    Args:
        message: Names the thing, the place and the mend. Never holds a secret.
        metadata: Shown beside the message in the run's events.
        transient: Whether the same step may succeed a moment later without anybody's help.
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


class SettingsWrong(FivetranError):
    """The environment variables for Fivetran contradict each other, or one is missing."""


class ApiUnreachable(FivetranError):
    """Nobody answers at the API's address, or not in time, or with a server error."""


class CredentialsRefused(FivetranError):
    """The API does not accept the key and secret, or they may not do this."""


class NotFound(FivetranError):
    """The API does not know the connector, group or table that it was asked for."""


class RateLimited(FivetranError):
    """The API asks to wait for longer than a request is allowed to."""


class RequestRefused(FivetranError):
    """The API answers with another client error."""


class UnexpectedAnswer(FivetranError):
    """What answers does not speak Fivetran's API: HTML, other JSON, absent fields."""


class ConnectorPaused(FivetranError):
    """The connector is paused, so a sync brings nothing; downstream would run on old data."""


class ConnectorBroken(FivetranError):
    """The connector's setup is incomplete or broken."""


class SyncFailed(FivetranError):
    """The sync ended with a failure."""


class SyncTimedOut(FivetranError):
    """The sync did not end within the time that the step waits for it."""


class SyncRescheduled(FivetranError):
    """Fivetran put the sync off for longer than the step waits."""


class TableNotSynced(FivetranError):
    """The connector does not sync a selected table any more: disabled, excluded or renamed."""


class TableMissing(FivetranError):
    """The destination has no such table, though the sync succeeded."""


class TableUnusable(FivetranError):
    """The destination's table is not what Fivetran writes, so its changes can't be told."""


class DestinationUnreachable(FivetranError):
    """The destination can't be opened or read."""


class SnapshotUnusable(FivetranError):
    """The committed snapshot of the connector is missing or broken, or can't be written."""
