"""All errors of this package, one class per kind."""


class FivetranLocalError(Exception):
    """Base class of all errors of this package."""


class DeclarationError(FivetranLocalError):
    """A YAML file of connectors or faults is missing, unreadable or invalid."""


class ServerNotStartedError(FivetranLocalError):
    """The server did not start: the port is taken, or the state directory is not writable."""


class SyncError(FivetranLocalError):
    """A sync failed. The connection's `failed_at` is set and the message becomes its task."""


class SourceUnreachableError(SyncError):
    """The source does not answer: a missing file, a stopped server, a wrong password."""


class SourceDataError(SyncError):
    """A table or value in the source does not match its declaration."""


class DestinationBusyError(SyncError):
    """Another process kept the destination open for longer than a sync waits."""


class DestinationError(SyncError):
    """The destination rejected a statement or a connection."""


class SyncRescheduledError(FivetranLocalError):
    """The source accepts no more requests for now: the sync is postponed."""

    def __init__(self, seconds: float) -> None:
        """Set the delay.

        Args:
            seconds: Delay from now.
        """
        super().__init__(f"The sync is postponed by {seconds} seconds.")
        self.seconds = seconds


class SyncStoppedError(FivetranLocalError):
    """The sync was stopped, by `force` or because its server is shutting down."""


class NotSelectableError(FivetranLocalError):
    """A request names a schema, table or column that the connection does not have."""

    def __init__(self, kind: str, name: str) -> None:
        """Name the missing object.

        Args:
            kind: `Schema`, `Table` or `Column`.
            name: The name in the request.
        """
        super().__init__(f"{kind} '{name}' is not in the connection's schema config.")
        self.kind = kind


class SelectionRefusedError(FivetranLocalError):
    """A selection that the connection cannot make, such as excluding a key column."""
