"""Every mistake that this package reports, one class per kind."""

from __future__ import annotations


class FivetranLocalError(Exception):
    """Base of all errors of this package: catch it to catch them all."""


class DeclarationError(FivetranLocalError):
    """The YAML file that declares the connectors is missing, unreadable or wrong."""


class ServerNotStartedError(FivetranLocalError):
    """The server did not come up: the port is taken, or the state folder cannot be written."""


class SyncError(FivetranLocalError):
    """A sync cannot go on; the connection's `failed_at` is set and the message becomes its task."""


class SourceUnreachableError(SyncError):
    """The source does not answer: file missing, server down, password wrong."""


class SourceDataError(SyncError):
    """The source answers, but a table or a value in it is not what was declared."""


class DestinationBusyError(SyncError):
    """Another process kept the destination open for longer than a sync waits."""


class DestinationError(SyncError):
    """The destination refused what the sync wanted to write."""


class SyncRescheduledError(FivetranLocalError):
    """The source allows no more requests for now: the sync is put off."""

    def __init__(self, seconds: float) -> None:
        """Say for how long.

        Args:
            seconds: From now on.
        """
        super().__init__(f"The sync is put off by {seconds} seconds.")
        self.seconds = seconds


class SyncStoppedError(FivetranLocalError):
    """The sync was told to stop: by `force`, or because its server is shutting down."""
