"""Errors of the customer export, one class for each kind."""

from __future__ import annotations


class CustomersError(Exception):
    """The customer export cannot be loaded.

    Args:
        message: Names the address, the cause and the fix. Contains no password or query value.
        transient: Whether the step may succeed if it is run again.
    """

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class AddressUnusable(CustomersError):
    """The address is not an HTTP address."""


class ExportNotServed(CustomersError):
    """No address is configured, and the demo shop cannot serve its export instead."""


class ServerUnreachable(CustomersError):
    """There is no response from the address, or not in time."""


class ExportRefused(CustomersError):
    """The HTTP status of the response is not 200."""


class DownloadIncomplete(CustomersError):
    """The connection ended before the complete export had arrived."""


class DownloadTooLarge(CustomersError):
    """The export is larger than the configured limit."""


class NotACsvExport(CustomersError):
    """The response is not the customer export: HTML, empty, another encoding, other columns."""
