"""What can be wrong with the customer export: one class per mistake, each with its mend."""

from __future__ import annotations


class CustomersError(Exception):
    """The customer export can't be used; the message names the address, the cause and the mend.

    Args:
        message: For the one who must mend it. Never holds a password or a query value.
        worth_a_retry: Whether the same request may well succeed a moment later.
        asked_wait: Seconds after which the server itself asked to be called again
            (`Retry-After`), or None.
    """

    def __init__(
        self, message: str, *, worth_a_retry: bool = False, asked_wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.worth_a_retry = worth_a_retry
        self.asked_wait = asked_wait


class AddressUnusable(CustomersError):
    """The address is not one that can be fetched over HTTP."""


class ExportNotServed(CustomersError):
    """No address is configured, and the demo shop's export can't be served in its place."""


class ServerUnreachable(CustomersError):
    """Nobody answers at the address, or not in time."""


class AnswerRefused(CustomersError):
    """The server answers, with an HTTP status that is not 200."""


class DownloadIncomplete(CustomersError):
    """The connection ended before the whole export had arrived."""


class DownloadTooLarge(CustomersError):
    """The export is larger than the configured bound."""


class NotACsvExport(CustomersError):
    """What arrived is not the customer export: HTML, empty, another encoding, other columns."""
