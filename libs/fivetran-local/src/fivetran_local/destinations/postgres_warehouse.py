"""A PostgreSQL database as a destination."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import adbc_driver_manager
import duckdb

from fivetran_local.adbc import connect_to_postgres, fetch_all, public_settings
from fivetran_local.destinations.destination import RETRY_SECONDS, SyncDestination
from fivetran_local.destinations.postgres_writer import PostgresWriter
from fivetran_local.errors import DestinationError, SourceUnreachableError

# One sync writes at a time; the number must be unique among the database's advisory locks.
_LOCK = 7_305_172_401


class PostgresWarehouse(SyncDestination):
    """One PostgreSQL database that syncs of any process write to, one at a time."""

    service = "postgres_warehouse"

    def __init__(self, dsn: str) -> None:
        """Describe the destination; nothing is opened.

        Args:
            dsn: libpq connection string or URI, with its password: never shown.
        """
        self._dsn = dsn
        known = public_settings(dsn)
        self.place = f"PostgreSQL {known.get('host')}:{known.get('port')}/{known.get('database')}"

    def config(self) -> dict[str, str | int | None]:
        """See `SyncDestination.config`."""
        return public_settings(self._dsn)

    def check(self) -> str | None:
        """See `SyncDestination.check`."""
        try:
            with connect_to_postgres(self._dsn):
                return None
        except SourceUnreachableError as error:
            return str(error)

    @contextmanager
    def writing(self, checkpoint: Callable[[], None]) -> Iterator[PostgresWriter]:
        """See `SyncDestination.writing`."""
        try:
            connection = connect_to_postgres(self._dsn)
        except SourceUnreachableError as error:
            raise DestinationError(str(error)) from error
        keep_waiting = self.patience(checkpoint)
        # On any exit before the commit the connection closes, and the server rolls back.
        with connection, duckdb.connect() as caster:
            caster.execute(
                "set timezone = 'UTC'; set preserve_insertion_order = false;"
                "set autoinstall_known_extensions = false"
            )
            try:
                with connection.cursor() as cursor:
                    cursor.execute("set local timezone = 'UTC'")
                while fetch_all(connection, f"select pg_try_advisory_xact_lock({_LOCK})") != [
                    (True,)
                ]:
                    keep_waiting()
                    time.sleep(RETRY_SECONDS)
                yield PostgresWriter(connection, caster, checkpoint)
                connection.commit()
            except (duckdb.Error, adbc_driver_manager.Error) as error:
                raise DestinationError(f"{self.place}: {error}") from error
