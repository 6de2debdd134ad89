"""The destination as a PostgreSQL database."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import adbc_driver_manager
import duckdb

from fivetran_local.destinations.postgres_landing import PostgresLanding
from fivetran_local.errors import (
    DestinationBusyError,
    DestinationError,
    SourceUnreachableError,
)
from fivetran_local.postgres_server import connected, described

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adbc_driver_manager import dbapi

_DEADLINE_SECONDS = 600.0
_RETRY_SECONDS = 0.05

# One sync writes at a time; the number only has to be ours among the database's advisory locks.
_LOCK = 7_305_172_401


class PostgresDestination:
    """One PostgreSQL database that syncs of any process write to, one at a time."""

    def __init__(self, dsn: str) -> None:
        """Describe the destination; nothing is opened.

        Args:
            dsn: A libpq connection string or URI, with its password: never shown.
        """
        self._dsn = dsn
        self.service = "postgres_warehouse"
        known = described(dsn)
        self.place = f"PostgreSQL {known.get('host')}:{known.get('port')}/{known.get('database')}"

    def config(self) -> dict[str, str | int | None]:
        """See `Destination.config`."""
        return described(self._dsn)

    def check(self) -> str | None:
        """See `Destination.check`."""
        try:
            with closing(connected(self._dsn)):
                return None
        except SourceUnreachableError as error:
            return str(error)

    @contextmanager
    def writing(self, checkpoint: Callable[[], None]) -> Iterator[PostgresLanding]:
        """See `Destination.writing`."""
        try:
            connection = connected(self._dsn)
        except SourceUnreachableError as error:
            raise DestinationError(str(error)) from error
        with closing(connection), closing(duckdb.connect()) as caster:
            caster.execute("set timezone = 'UTC'")
            caster.execute("set preserve_insertion_order = false")
            caster.execute("set autoinstall_known_extensions = false")
            try:
                _wait_for_turn(connection, checkpoint)
                yield PostgresLanding(connection, caster, checkpoint)
                connection.commit()
            except (duckdb.Error, adbc_driver_manager.Error) as error:
                raise DestinationError(f"{self.place}: {error}") from error
            # On any way out but the commit the connection closes, and the server rolls back.


def _wait_for_turn(connection: dbapi.Connection, checkpoint: Callable[[], None]) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("set local timezone = 'UTC'")
        while True:
            cursor.execute(f"select pg_try_advisory_xact_lock({_LOCK})")
            found = cursor.fetchone()
            if found and found[0]:
                return
            checkpoint()
            if time.monotonic() > deadline:
                raise DestinationBusyError("Another sync kept the destination for ten minutes.")
            time.sleep(_RETRY_SECONDS)
