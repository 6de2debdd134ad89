"""The interface of all destinations, and how long a sync waits for one."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager

from fivetran_local.destinations.writer import DestinationWriter
from fivetran_local.errors import DestinationBusyError

RETRY_SECONDS = 0.05

# Readers hold a DuckDB file for moments; the first sync of another connector may take minutes.
_DEADLINE_SECONDS = 600.0


class SyncDestination(ABC):
    """A destination of rows."""

    service: str
    """The API's name for this type of destination."""
    place: str
    """The destination's name in messages, without secrets."""

    @abstractmethod
    def config(self) -> dict[str, str | int | None]:
        """Return the settings that the API shows, without secrets."""

    @abstractmethod
    def check(self) -> str | None:
        """Return the reason why rows cannot be written; None if they can."""

    @abstractmethod
    def writing(self, checkpoint: Callable[[], None]) -> AbstractContextManager[DestinationWriter]:
        """Open a transaction, which is committed on exit as a whole or not at all.

        Args:
            checkpoint: Called often while waiting and reading; raises to end the sync.

        Raises:
            DestinationBusyError: Another process kept the destination for too long.
            DestinationError: The destination rejected a statement or a connection.
        """

    def patience(self, checkpoint: Callable[[], None]) -> Callable[[], None]:
        """Return a function to call after each failed attempt to get the destination.

        It calls `checkpoint` and, after ten minutes, raises `DestinationBusyError`.
        """
        deadline = time.monotonic() + _DEADLINE_SECONDS

        def check() -> None:
            checkpoint()
            if time.monotonic() > deadline:
                raise DestinationBusyError(
                    f"{self.place} was kept open by others for {_DEADLINE_SECONDS:.0f} seconds. "
                    "Close the notebook or shell that has it open, then sync again."
                )

        return check
